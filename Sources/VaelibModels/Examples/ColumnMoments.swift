import VaelibNumerics

/// Mean and standard deviation of each column of a set, or of a function of its numbers, found in one pass over its rows.
struct ColumnMoments {
  let means: [Double]
  /// Of the set as a whole: the root of the mean squared distance from the mean.
  let deviations: [Double]

  /// `functions` are those of columns that have one.
  ///
  /// Throws whatever the source throws, and `ModelError.data` at a value that the check does not accept.
  init(
    _ source: any ExampleSource, functions: [(columns: Range<Int>, function: ColumnFunction)] = [],
    check: ExampleCheck, isCancelled: @escaping () -> Bool = { false }
  ) throws {
    let (rows, columns) = (source.rows, source.columns)
    var sums = try Sums(columns, functions.filter { $0.function != .identity })
    let blocks = ExampleBlocks(source: source, check: check, control: RunControl(isCancelled: isCancelled))
    try blocks.forEachBlock { sums.add($0.values) }
    let found = sums
    means = (0..<columns).map { found.mean($0, rows) }
    deviations = (0..<columns).map { found.deviation($0, rows) }
  }

  private init(means: [Double], deviations: [Double]) { (self.means, self.deviations) = (means, deviations) }

  /// Those of some columns.
  func columns(_ range: Range<Int>) -> ColumnMoments {
    ColumnMoments(means: Array(means[range]), deviations: Array(deviations[range]))
  }
}

/// Sums of the distances from the first row, and of their squares, column by column: so a mean that is large beside the
/// deviation costs no digits.
private struct Sums {
  private var origin: [Double] = []
  private var distances: [Double]
  private var squares: [Double]
  private let numbers: Numbers

  init(_ columns: Int, _ functions: [(columns: Range<Int>, function: ColumnFunction)]) throws(NumericsError) {
    distances = Array(repeating: 0, count: columns)
    squares = distances
    numbers = Numbers(functions: functions, row: try FloatBuffer(count: columns))
  }

  /// The numbers of a row, or functions of them.
  private struct Numbers {
    let functions: [(columns: Range<Int>, function: ColumnFunction)]
    let row: FloatBuffer

    func of(_ values: UnsafePointer<Float>, count: Int) -> UnsafePointer<Float> {
      if functions.isEmpty { return values }
      row.base.update(from: values, count: count)
      for (columns, function) in functions {
        function.apply(
          values + columns.lowerBound, into: row.base + columns.lowerBound, count: columns.count)
      }
      return UnsafePointer(row.base)
    }
  }

  /// Adds rows in their order, so that the sums do not depend on threads.
  mutating func add(_ values: MatrixView) {
    let (columns, numbers) = (values.columns, numbers)
    if origin.isEmpty {
      let first = numbers.of(values.row(0), count: columns)
      origin = (0..<columns).map { Double(first[$0]) }
    }
    origin.withUnsafeBufferPointer { origin in
      distances.withUnsafeMutableBufferPointer { distances in
        squares.withUnsafeMutableBufferPointer { squares in
          for row in 0..<values.rows {
            let x = numbers.of(values.row(row), count: columns)
            for column in 0..<columns {
              let distance = Double(x[column]) - origin[column]
              distances[column] += distance
              squares[column] += distance * distance
            }
          }
        }
      }
    }
  }

  func mean(_ column: Int, _ rows: Int) -> Double { origin[column] + distances[column] / Double(rows) }

  func deviation(_ column: Int, _ rows: Int) -> Double {
    let mean = distances[column] / Double(rows)
    return max(0, squares[column] / Double(rows) - mean * mean).squareRoot()
  }
}
