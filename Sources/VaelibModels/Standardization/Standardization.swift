import VaelibNetworks
import VaelibNumerics

/// Brings columns to one scale inside a model: x' = (x - mean) / deviation. The numbers are tensors of the model, which
/// learning does not change: they are found in the first examples that it is trained on.
struct Standardization: Sendable {
  /// A deviation this small beside the mean is what rounding to float32 leaves of a constant.
  private static let roundingOfConstants = 1e-6

  let mean: ParameterTensor
  /// Of every column above 0, or of all 0 until examples were seen.
  let deviation: ParameterTensor
  /// What a standard deviation of p(x|z) must not fall below, in units of the column's deviation; nil where there is no
  /// p(x|z).
  let floor: ParameterTensor?
  /// The mean total of the examples' columns, of counts as they are, where that is wanted; 0 until examples were seen.
  let total: ParameterTensor?
  /// What makes normal scores of x', where that is wanted: `mean` and `deviation` are then the median and the unit that
  /// `QuantileKnots` finds.
  let quantiles: QuantileTensors?

  /// The floor of columns that are not constant.
  private let stddevFloor: Double
  /// Columns that deviate by less are divided by this, so that they are not magnified.
  let leastDeviation: Double

  /// Without `stddevFloor` there is no p(x|z).
  ///
  /// `prefix` is what the tensors' names begin with; `hasTotal` if the mean total is wanted, `hasQuantiles` if columns are
  /// to become normal scores.
  init(
    columns: Int, stddevFloor: Double? = nil, leastDeviation: Double = 0, hasTotal: Bool = false,
    hasQuantiles: Bool = false, prefix: String = "", layout: inout ParameterLayout
  ) throws(NetworkError) {
    self.stddevFloor = stddevFloor ?? 0
    self.leastDeviation = leastDeviation
    mean = try layout.append(prefix + "standardization/mean", rows: 1, columns: columns)
    deviation = try layout.append(prefix + "standardization/deviation", rows: 1, columns: columns)
    floor =
      stddevFloor == nil
      ? nil : try layout.append(prefix + "standardization/floor", rows: 1, columns: columns)
    total = hasTotal ? try layout.append(prefix + "standardization/total", rows: 1, columns: 1) : nil
    quantiles = hasQuantiles ? try QuantileTensors(columns: columns, prefix: prefix, layout: &layout) : nil
  }

  var columns: Int { mean.columns }
  /// The tensors, which lie one after the other.
  var range: Range<Int> {
    mean.range.lowerBound..<(quantiles?.scores ?? total ?? floor ?? deviation).range.upperBound
  }

  /// Whether examples were seen.
  func isKnown(in parameters: UnsafePointer<Float>) -> Bool { parameters[deviation.offset] > 0 }

  /// What no set of examples can have led to; nil if there is nothing like that.
  func problem(in parameters: UnsafePointer<Float>) -> String? {
    let deviations = parameters + deviation.offset
    guard isKnown(in: parameters) else {
      let other = (0..<deviation.columns).first { deviations[$0] != 0 }
      return other.map {
        "deviation holds \(deviations[$0]) at place \($0), but 0 at place 0; all must be above 0, or all 0"
      }
    }
    if let place = (0..<deviation.columns).first(where: { !(deviations[$0] > 0) }) {
      return "deviation holds \(deviations[place]) at place \(place); it must be above 0"
    }
    if let total, !(parameters[total.offset] > 0) {
      return "total holds \(parameters[total.offset]); it must be above 0"
    }
    if let floor, let place = (0..<columns).first(where: { !(parameters[floor.offset + $0] > 0) }) {
      return "floor holds \(parameters[floor.offset + place]) at place \(place); it must be above 0"
    }
    return quantiles?.problem(in: parameters)
  }

  /// Takes the means and deviations of a set.
  ///
  /// A constant column has no unit of its own. It gets the median deviation of the others, or 1, and its floor is 1: no
  /// certainty about it is rewarded, and the surprise at another value has a measure.
  ///
  /// A mean total of 0 becomes 1, since nothing could be a share of it.
  ///
  /// Returns the constant columns.
  func set(_ moments: ColumnMoments, in parameters: UnsafeMutablePointer<Float>) -> [Int] {
    if let total {
      parameters[total.offset] = moments.meanTotal > 0 ? Float(moments.meanTotal) : 1
    }
    let unit = Self.medianDeviation(moments)
    let constants = (0..<columns).filter { Self.isConstant(moments, $0) }
    var next = constants[...]
    for column in 0..<columns {
      let isConstant = next.first == column
      if isConstant { next.removeFirst() }
      parameters[mean.offset + column] = Float(moments.means[column])
      parameters[deviation.offset + column] = Float(
        max(isConstant ? unit : moments.deviations[column], leastDeviation))
      guard let floor else { continue }
      parameters[floor.offset + column] = Float(isConstant ? max(1, stddevFloor) : stddevFloor)
    }
    return constants
  }

  /// The columns whose floor is another than the usual one, in order, with it.
  func ownFloors(in parameters: UnsafePointer<Float>) -> [(column: Int, floor: Double)] {
    guard let floor else { return [] }
    return (0..<columns).compactMap { column in
      let own = parameters[floor.offset + column]
      return own == Float(stddevFloor) ? nil : (column, Double(own))
    }
  }

  private static func isConstant(_ moments: ColumnMoments, _ column: Int) -> Bool {
    // Beyond float32 a deviation could not be divided by.
    let least = max(abs(moments.means[column]) * roundingOfConstants, Double(Float.leastNormalMagnitude))
    return moments.deviations[column] <= least
  }

  private static func medianDeviation(_ moments: ColumnMoments) -> Double {
    let deviations = moments.deviations.indices.filter { !isConstant(moments, $0) }.map {
      moments.deviations[$0]
    }
    return deviations.isEmpty ? 1 : deviations.sorted()[deviations.count / 2]
  }
}
