import VaelibNumerics

/// Whether examples suit a model; finds the first that does not.
struct ExampleCheck: Sendable {
  private static let rowsAtOnce = 256

  private let domains: [ColumnDomain]
  /// What becomes of missing numbers, which are NaN, where a model has that choice.
  private let missing: MissingValues?
  /// What is checked, and what its columns are called, for messages.
  private let what: String
  private var names = ColumnNames()

  init(_ domains: [ColumnDomain], missing: MissingValues? = nil, what: String = "the examples") {
    self.domains = domains
    self.missing = missing
    self.what = what
  }

  init(_ domain: ExampleDomain) { self.init([ColumnDomain(columns: nil, domain: domain)]) }

  /// The same for examples whose columns have names.
  func naming(_ names: ColumnNames) -> ExampleCheck {
    var check = self
    check.names = names
    return check
  }

  /// What latents, and inputs that may be noisy, must be: finite.
  static let finite = ExampleCheck(.real)

  /// Throws unless the width is the model's and there is at least one row.
  static func shape(_ source: any ExampleSource, columns: Int, what: String) throws(ModelError) {
    if source.columns != columns {
      throw .data(
        "\(what) have \(source.columns) columns; the model was made for \(columns)")
    }
    if source.rows == 0 { throw .data("\(what) have no rows; at least one is needed") }
  }

  /// Whether numbers may be missing.
  var allowsMissing: Bool { (missing ?? .refuse) != .refuse }

  /// True if all values of a row are allowed.
  func accepts(_ values: UnsafePointer<Float>, count: Int) -> Bool {
    domains.allSatisfy { part in
      let columns = part.columns ?? 0..<count
      if part.domain.accepts(values + columns.lowerBound, count: columns.count) { return true }
      return allowsMissing && !part.isGiven && columns.allSatisfy { accepts(values[$0], part) }
    }
  }

  private func accepts(_ value: Float, _ columns: ColumnDomain) -> Bool {
    (allowsMissing && !columns.isGiven && value.isNaN) || columns.domain.accepts(value)
  }

  /// True if a column may hold this number.
  func accepts(_ value: Float, column: Int) -> Bool { domain(of: column).domain.accepts(value) }

  /// A number that each column may hold, [count].
  func substitutes(_ count: Int) -> [Float] { (0..<count).map { domain(of: $0).domain.substitute } }

  private func domain(of column: Int) -> ColumnDomain {
    domains.first { $0.columns?.contains(column) ?? true } ?? ColumnDomain(columns: nil, domain: .real)
  }

  /// What is wrong with the first bad value of a row that was not accepted.
  func problem(_ values: UnsafePointer<Float>, count: Int, row: Int) -> ModelError {
    let column = (0..<count).first { !accepts(values[$0], domain(of: $0)) } ?? 0
    let value = values[column]
    let name = value.isNaN ? "NaN" : "\(value)"
    let found = domain(of: column)
    let expectation = (value.isFinite ? found.domain : ExampleDomain.real).expectation
    return .data(
      "\(what) hold \(name) at row \(row), \(names.text(column)) (counted from 0); \(expectation)"
        + (value.isNaN ? remedy(ofMissing: found) : ""))
  }

  /// What may be done where a number is missing.
  private func remedy(ofMissing columns: ColumnDomain) -> String {
    if case .sizeFactors = columns.domain { return ", since size factors are given: leave such rows out" }
    if columns.isGiven {
      return ", since conditions are given: leave such rows out, or have a category for what is not known"
    }
    return missing == nil
      ? "" : ", unless a model is made for examples that lack numbers (missing \"ignore\")"
  }

  /// Checks a matrix whose row r is row `places[r]` of the examples; throws at the first bad row.
  func check(_ batch: MatrixView, places: UnsafePointer<Int>) throws(ModelError) {
    let bad = firstBadRow(batch.rows, width: batch.columns) { accepts(batch.row($0), count: batch.columns) }
    if let bad { throw problem(batch.row(bad), count: batch.columns, row: places[bad]) }
  }

  /// Checks every row of a set in memory; others are checked as their rows are read.
  func checkResident(_ source: any ExampleSource) throws {
    if source.isInMemory { try check(source) }
  }

  /// Checks every row, from first to last; throws at the first bad one.
  func check(_ source: any ExampleSource, isCancelled: () -> Bool = { false }) throws {
    let height = min(Self.rowsAtOnce, source.rows)
    let buffer = try FloatBuffer(rows: height, columns: source.columns)
    let reader = SequentialReader(source)
    for first in stride(from: 0, to: source.rows, by: height) {
      if isCancelled() { throw ModelError.cancelled }
      let rows = min(height, source.rows - first)
      let values = buffer.matrix(rows: rows, columns: source.columns)
      try reader.read(into: values)
      try check(values, places: (0..<rows).map { first + $0 })
    }
  }

  /// The lowest row that is not accepted.
  private func firstBadRow(_ rows: Int, width: Int, accepts: (Int) -> Bool) -> Int? {
    withUnsafeTemporaryAllocation(of: Bool.self, capacity: max(rows, 1)) { good in
      guard let good = good.baseAddress else { return nil }
      forEachRow(.checking, rows, width: width) { good[$0] = accepts($0) }
      return (0..<rows).first { !good[$0] }
    }
  }

  /// True if the first rows hold values strictly between 0 and 1: probabilities or grey levels, not binary data.
  static func looksGrey(_ source: any ExampleSource, columns: Range<Int>) throws -> Bool {
    let rows = min(source.rows, rowsAtOnce)
    let buffer = try FloatBuffer(rows: rows, columns: source.columns)
    try SequentialReader(SliceSource(source, rows: 0..<rows)).read(
      into: buffer.matrix(rows: rows, columns: source.columns))
    return (0..<rows).contains { row in
      columns.contains { column in
        let value = buffer.base[row * source.columns + column]
        return value > 0 && value < 1
      }
    }
  }
}
