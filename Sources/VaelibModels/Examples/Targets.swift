/// What a head that learns no classes is to learn of each row of a set: `columns` numbers, held in memory. NaN stands for
/// one that a row lacks; no row lacks all.
public struct Targets: Sendable {
  /// The head that they are for.
  public let head: HeadKind
  private let held: HeldRows

  private init(_ head: HeadKind, _ held: HeldRows) { (self.head, self.held) = (head, held) }

  /// Reads them all, converted to float. Throws what the source throws, and `ModelError.cancelled`.
  public init(_ source: any ExampleSource, for head: HeadKind, isCancelled: @escaping () -> Bool) throws {
    self.init(head, try HeldRows(source, isCancelled: isCancelled))
  }

  public var columns: Int { held.columns }
  var count: Int { held.count }

  /// Those of a row, [columns].
  func row(_ row: Int) -> UnsafePointer<Float> { held.row(row) }

  /// Those of some rows.
  func select(_ chosen: RowIndices) -> Targets { Targets(head, held.select(chosen)) }

  /// The same as examples.
  var source: any ExampleSource { held.source }

  /// The first column of which every row lacks its target; nil if there is none.
  var columnWithoutAny: Int? {
    (0..<columns).first { column in (0..<count).allSatisfy { row($0)[column].isNaN } }
  }

  /// Calls `body` with all numbers, from the first row to the last.
  public func forEach(_ body: (Float) -> Void) {
    for index in 0..<count {
      let row = row(index)
      for column in 0..<columns { body(row[column]) }
    }
  }
}

extension LabeledExamples {
  /// How many targets a row has. Throws unless there are some, no more than a head may have outputs, and of each column at
  /// least one.
  func countTargets(what: String) throws(ModelError) -> Int {
    guard let targets else { throw noTargets(what) }
    guard targets.columns <= greatestOutputCount else {
      throw .data(
        "\(what) have \(targets.columns) targets a row; at most \(greatestOutputCount) are allowed")
    }
    if let column = targets.columnWithoutAny {
      throw .data(
        "\(what) lack target \(column) (counted from 0) in each row: it is NaN everywhere, so nothing is to be learned of "
          + "it; leave the column out")
    }
    return targets.columns
  }

  /// Throws unless there are so many targets a row, all accepted or missing, and none that lacks all.
  func checkTargets(
    columns: Int, what: String, expected: String, accepts: (Float) -> Bool
  ) throws(ModelError) {
    guard let targets else { throw noTargets(what) }
    guard targets.columns == columns else {
      throw .data("\(what) have \(targets.columns) targets a row; the stack's head has \(columns) outputs")
    }
    for row in 0..<targets.count {
      let values = targets.row(row)
      if let column = (0..<columns).first(where: { !values[$0].isNaN && !accepts(values[$0]) }) {
        throw .data(
          "the targets of \(what) hold \(values[column]) at row \(name(of: row)), column \(column) (counted from 0); "
            + expected)
      }
      if (0..<columns).allSatisfy({ values[$0].isNaN }) {
        throw .data(
          "\(what) have no targets at row \(name(of: row)): they are NaN, which stands for one that a row lacks; leave "
            + "rows that lack all of them out (vaelib_dataset_select)")
      }
    }
  }

  private func noTargets(_ what: String) -> ModelError {
    .invalidArgument("\(what) have no targets; the stack's head learns some (vaelib_dataset_with_targets)")
  }
}
