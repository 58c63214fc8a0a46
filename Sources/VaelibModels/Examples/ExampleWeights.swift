public import VaelibNumerics

/// One weight for each row of a set, finite and at least 0: a row of weight 2 counts as two like it, one of weight 0 as
/// none.
///
/// A training minimises sum_i w_i l_i / sum_i w_i. The weights of its rows are divided by their mean, so that the mean
/// of w_i l_i over a batch is an unbiased estimate of that.
public struct ExampleWeights: Sendable, Equatable {
  public let values: [Float]

  private init(_ values: [Float]) { self.values = values }

  /// Reads an array of one column. Throws `ModelError.data`, with the first bad row, unless all are finite and at least 0,
  /// and some above 0.
  public init(_ array: StridedArray) throws {
    try MemoryReserve.require(array.rows, bytes: MemoryLayout<Float>.stride)
    var values = [Float](repeating: 0, count: array.rows)
    values.withUnsafeMutableBufferPointer { values in
      guard let base = values.baseAddress else { return }
      for row in 0..<array.rows { array.copyRow(row, into: base + row) }
    }
    if let row = values.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw ModelError.data(
        "the weights hold \(values[row].isNaN ? "NaN" : "\(values[row])") at row \(row); every weight must be finite, as "
          + "float32, and at least 0")
    }
    self.init(values)
    try checkSum(what: "the examples")
  }

  public subscript(row: Int) -> Float { values[row] }
  public var count: Int { values.count }

  /// Those of neighbouring rows.
  public func slice(_ rows: Range<Int>) -> ExampleWeights { ExampleWeights(Array(values[rows])) }

  /// Those of these rows.
  public func select(_ rows: some Sequence<Int>) -> ExampleWeights { ExampleWeights(rows.map { values[$0] }) }

  /// Those of several sets, one set after another, of which some may have none: their rows have weight 1.
  public static func joined(_ sets: [(weights: ExampleWeights?, rows: Int)]) -> ExampleWeights? {
    if sets.allSatisfy({ $0.weights == nil }) { return nil }
    return ExampleWeights(
      sets.flatMap { set in set.weights?.values ?? [Float](repeating: 1, count: set.rows) })
  }

  private var sum: Double { values.reduce(0) { $0 + Double($1) } }

  private func checkSum(what: String) throws(ModelError) {
    if values.allSatisfy({ $0 == 0 }) {
      throw .data("the weights of \(what) are all zero, so nothing is left; give some rows a weight above 0")
    }
  }

  /// The rows that count; nil if all do. Throws if none does.
  fileprivate func countingRows(what: String) throws -> [Int]? {
    try checkSum(what: what)
    guard values.contains(0) else { return nil }
    // The rows, where they are in the stored data, their labels and weights.
    try MemoryReserve.require(count, bytes: 4 * MemoryLayout<Int>.stride)
    return values.indices.filter { values[$0] > 0 }
  }

  /// Divided by their mean; nil if they are equal, which is the same as none.
  fileprivate var normalized: ExampleWeights? {
    if values.allSatisfy({ $0 == values[0] }) { return nil }
    let mean = sum / Double(count)
    return ExampleWeights(values.map { Float(Double($0) / mean) })
  }
}

extension LabeledExamples {
  /// The rows that count. Throws if none does.
  func countingRows(what: String) throws -> LabeledExamples {
    guard let rows = try weights?.countingRows(what: what) else { return self }
    return select(rows)
  }

  /// The same with weights whose mean is 1.
  var withMeanWeightOne: LabeledExamples {
    var examples = self
    examples.weights = weights?.normalized
    return examples
  }
}
