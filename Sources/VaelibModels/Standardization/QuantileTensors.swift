import VaelibNetworks

/// The normal scores of columns, as tensors of a model: the knots of each column's `QuantileKnots`, all 0 until examples
/// were seen.
struct QuantileTensors: Sendable {
  /// x' of each column's knots, and their scores, [D, K] each; both ascend in every row.
  let knots: ParameterTensor
  let scores: ParameterTensor

  init(columns: Int, prefix: String, layout: inout ParameterLayout) throws(NetworkError) {
    let count = QuantileKnots.count
    knots = try layout.append(prefix + "standardization/knots", rows: columns, columns: count)
    scores = try layout.append(prefix + "standardization/scores", rows: columns, columns: count)
  }

  /// What no set of examples can have led to, once some were seen; nil if there is nothing like that.
  func problem(in parameters: UnsafePointer<Float>) -> String? {
    for (name, tensor) in [("knots", knots), ("scores", scores)] {
      for column in 0..<tensor.rows {
        let row = parameters + tensor.offset + column * tensor.columns
        if let place = (1..<tensor.columns).first(where: { !(row[$0] > row[$0 - 1]) }) {
          return
            "\(name) holds \(row[place]) after \(row[place - 1]) at place \(place) of column \(column); the numbers of a "
            + "column must ascend"
        }
      }
    }
    return nil
  }

  /// Takes a column's knots; without any it stays as its mean and deviation make it.
  func set(_ found: QuantileKnots?, column: Int, in parameters: UnsafeMutablePointer<Float>) {
    let first = column * QuantileKnots.count
    for (tensor, values) in [
      (knots, found?.knots ?? QuantileKnots.identity), (scores, found?.scores ?? QuantileKnots.identity),
    ] {
      for (index, value) in values.enumerated() { parameters[tensor.offset + first + index] = value }
    }
  }
}
