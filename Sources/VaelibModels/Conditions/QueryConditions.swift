import VaelibNumerics

/// The conditions under which a query decodes its rows, read, checked, and as the decoder sees them: a row for each of
/// the query's, or one that holds for all.
final class QueryConditions: Sendable {
  private let layout: ConditionLayout
  private let isOne: Bool
  /// As they were given, [rows, K].
  private let values: FloatBuffer
  /// As the decoder sees them, [rows, C], each row with log s of its size factor behind it, if there is one.
  private let inputs: FloatBuffer

  /// nil for a model without conditions, which is given none.
  ///
  /// - Throws: `ModelError.invalidArgument` unless conditions are given to a model that has some, and to no other;
  ///   `.data` if they are of another shape, or hold what they cannot; whatever the source throws.
  init?(_ source: (any ExampleSource)?, of model: VariationalAutoencoder, rows: Int) throws {
    try model.checkConditions(source, rows: rows)
    guard let source, let layout = model.likelihood.conditions else { return nil }
    self.layout = layout
    isOne = source.rows == 1
    values = try FloatBuffer(rows: source.rows, columns: layout.columns)
    inputs = try FloatBuffer(rows: source.rows, columns: layout.numbers)
    try source.copyAll(into: values.base)
    let matrix = values.matrix(rows: source.rows, columns: layout.columns)
    try layout.check(naming: model.record.columns).check(matrix, places: Array(0..<source.rows))
    let transformer = try InputTransformer(layout.inputs)
    transformer.begin(parameters: model.parameters.base)
    for row in 0..<source.rows {
      let input = inputs.base + row * layout.numbers
      transformer.apply(matrix.row(row), missing: .none, into: input)
      if let size = layout.sizeFactor {
        input[layout.width] = logSizeFactor(matrix.row(row)[size.places.lowerBound])
      }
    }
  }

  private func place(_ row: Int) -> Int { isOne ? 0 : row }

  /// As they were given.
  fileprivate var source: any ExampleSource {
    ArraySource(values, rows: values.count / layout.columns, columns: layout.columns)
  }

  /// Writes what the decoder sees of a row's conditions, [C], and log s of a size factor.
  func writeInputs(_ row: Int, into out: UnsafeMutablePointer<Float>) {
    out.update(from: inputs.base + place(row) * layout.numbers, count: layout.numbers)
  }

  /// Writes a row's conditions to their columns of an example, [D].
  func writeColumns(_ row: Int, into example: UnsafeMutablePointer<Float>) {
    layout.write(values.base + place(row) * layout.columns, into: example)
  }
}

extension VariationalAutoencoder {
  public var conditionCount: Int { likelihood.conditions?.columns ?? 0 }

  /// The conditions of a query of `rows` rows, read and checked, for who asks piece by piece; nil for a model without.
  public func heldConditions(_ source: (any ExampleSource)?, rows: Int) throws -> (any ExampleSource)? {
    try QueryConditions(source, of: self, rows: rows)?.source
  }

  /// Throws unless conditions are given to a model that has some, and to no other: K columns, and a row for each of
  /// `rows`, or one for all.
  fileprivate func checkConditions(_ source: (any ExampleSource)?, rows: Int) throws(ModelError) {
    guard let source else {
      if conditionCount == 0 { return }
      throw .invalidArgument(
        "the model has \(conditionCount) columns of conditions, but none are given; a row for each of \(rows) rows, or "
          + "one for all, is needed")
    }
    if conditionCount == 0 {
      throw .invalidArgument(
        "conditions are given, but no column of the model is a condition; give none, or make it with column groups that "
          + "have condition 1")
    }
    if source.columns != conditionCount {
      throw .data(
        "the conditions have \(source.columns) columns; the model has \(conditionCount) of conditions")
    }
    if source.rows != 1, source.rows != rows {
      throw .data(
        "the conditions have \(source.rows) rows; expected \(rows), one for each row, or 1 for all of them")
    }
  }
}

extension ExampleSource {
  /// The conditions of some of the rows that these are the conditions of.
  public func conditions(ofRows range: Range<Int>) -> any ExampleSource {
    rows == 1 ? self : SliceSource(self, rows: range)
  }
}
