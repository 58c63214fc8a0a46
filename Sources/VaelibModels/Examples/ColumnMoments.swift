import VaelibNumerics

/// Mean and standard deviation of each column of a set, or of a function of its numbers, by the weights of its rows if
/// they have any, found in one pass over them.
struct ColumnMoments {
  let means: [Double]
  /// Of the set as a whole: the root of the mean squared distance from the mean.
  let deviations: [Double]

  /// The weights of the numbers of each column that were there, added up: without weights, how many they were. The others
  /// are missing.
  let weightSums: [Double]

  /// The mean of the sum of a row's numbers, as they are, for runs of columns of which it was wanted.
  private let totals: [(columns: Range<Int>, mean: Double)]

  /// Of the columns that `columns` chose, if it was wanted of them, else 0.
  var meanTotal: Double { totals.first?.mean ?? 0 }

  /// `functions` are those of columns that have one; `totals` are runs of columns whose mean total is wanted; `sample` is
  /// shown all rows in the same pass. Missing numbers, if the check allows them, are passed over; a column that lacks all
  /// has mean and deviation 0. Rows of weight 0 have no part in anything but the check.
  ///
  /// Throws whatever the source throws, and `ModelError.data` at a value that the check does not accept.
  init(
    _ source: any ExampleSource, weights: ExampleWeights? = nil,
    functions: [(columns: Range<Int>, function: ColumnFunction)] = [], totals: [Range<Int>] = [],
    sample: ColumnSample? = nil, check: ExampleCheck, isCancelled: @escaping () -> Bool = { false }
  ) throws {
    let columns = source.columns
    var sums = try Sums(
      columns, functions.filter { $0.function != .identity },
      missing: check.allowsMissing
        ? try MissingEntries(rows: 1, substitutes: check.substitutes(columns)) : nil)
    let blocks = ExampleBlocks(source: source, check: check, control: RunControl(isCancelled: isCancelled))
    var totalSums = Totals(totals)
    try blocks.forEachBlock { block in
      let weight = { row in weights.map { Double($0[block.first + row]) } ?? 1 }
      sample?.add(block, weight: weight)
      totalSums.add(block.values, weight: weight)
      // This fills what is missing.
      sums.add(block.values, weight: weight)
    }
    let found = sums
    means = (0..<columns).map { found.mean($0) }
    deviations = (0..<columns).map { found.deviation($0) }
    weightSums = found.weights
    self.totals = totalSums.means
  }

  private init(
    means: [Double], deviations: [Double], weightSums: [Double],
    totals: [(columns: Range<Int>, mean: Double)]
  ) {
    (self.means, self.deviations, self.weightSums, self.totals) = (means, deviations, weightSums, totals)
  }

  /// Those of some columns.
  func columns(_ range: Range<Int>) -> ColumnMoments {
    ColumnMoments(
      means: Array(means[range]), deviations: Array(deviations[range]),
      weightSums: Array(weightSums[range]), totals: totals.filter { $0.columns == range })
  }
}

/// Weighted sums of the numbers in runs of columns, over rows, of those that are there.
private struct Totals {
  private let columns: [Range<Int>]
  private var sums: [[Double]]
  private var weights: [[Double]]

  init(_ columns: [Range<Int>]) {
    self.columns = columns
    sums = columns.map { Array(repeating: 0, count: $0.count) }
    weights = sums
  }

  mutating func add(_ values: MatrixView, weight: (_ row: Int) -> Double) {
    if columns.isEmpty { return }
    for row in 0..<values.rows {
      let weight = weight(row)
      if weight == 0 { continue }
      for (index, range) in columns.enumerated() {
        let row = values.row(row) + range.lowerBound
        for column in 0..<range.count where !row[column].isNaN {
          sums[index][column] += weight * Double(row[column])
          weights[index][column] += weight
        }
      }
    }
  }

  /// The mean total of a row, as the sum of its columns' means: so rows that lack numbers tell of it, too.
  var means: [(columns: Range<Int>, mean: Double)] {
    columns.indices.map { index in
      let means = zip(sums[index], weights[index]).map { $1 > 0 ? $0 / $1 : 0 }
      return (columns[index], means.reduce(0, +))
    }
  }
}

/// Sums of the distances from the first number of each column, and of their squares: so a mean that is large beside the
/// deviation costs no digits.
private struct Sums {
  private var origin: [Double]
  private var distances: [Double]
  private var squares: [Double]
  private(set) var weights: [Double]
  private var columnsWithoutOrigin: Int
  private let numbers: Numbers
  private let missing: MissingEntries?

  init(
    _ columns: Int, _ functions: [(columns: Range<Int>, function: ColumnFunction)], missing: MissingEntries?
  ) throws(NumericsError) {
    origin = Array(repeating: 0, count: columns)
    distances = origin
    squares = origin
    weights = origin
    columnsWithoutOrigin = columns
    numbers = Numbers(functions: functions, row: try FloatBuffer(count: columns))
    self.missing = missing
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
  mutating func add(_ values: MatrixView, weight: (_ row: Int) -> Double) {
    for row in 0..<values.rows {
      let weight = weight(row)
      if weight == 0 { continue }
      missing?.take(0, values.row(row))
      let lacks = missing?.columns(0) ?? .none
      let x = numbers.of(values.row(row), count: values.columns)
      if lacks.isEmpty, columnsWithoutOrigin == 0 {
        addAll(x, weight)
      } else {
        lacks.forEachObserved(count: values.columns) { add(x[$0], weight, to: $0) }
      }
    }
  }

  private mutating func add(_ x: Float, _ weight: Double, to column: Int) {
    if weights[column] == 0 {
      origin[column] = Double(x)
      columnsWithoutOrigin -= 1
    }
    let distance = Double(x) - origin[column]
    distances[column] += weight * distance
    squares[column] += weight * distance * distance
    weights[column] += weight
  }

  /// The same for all columns at once.
  private mutating func addAll(_ x: UnsafePointer<Float>, _ weight: Double) {
    let columns = weights.count
    origin.withUnsafeBufferPointer { origin in
      distances.withUnsafeMutableBufferPointer { distances in
        squares.withUnsafeMutableBufferPointer { squares in
          for column in 0..<columns {
            let distance = Double(x[column]) - origin[column]
            distances[column] += weight * distance
            squares[column] += weight * distance * distance
          }
        }
      }
    }
    for column in 0..<columns { weights[column] += weight }
  }

  func mean(_ column: Int) -> Double {
    origin[column] + (weights[column] > 0 ? distances[column] / weights[column] : 0)
  }

  func deviation(_ column: Int) -> Double {
    guard weights[column] > 0 else { return 0 }
    let mean = distances[column] / weights[column]
    return max(0, squares[column] / weights[column] - mean * mean).squareRoot()
  }
}
