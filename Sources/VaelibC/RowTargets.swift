import VaelibModels

/// The targets of a dataset's rows, where they are stored.
struct RowTargets: Sendable {
  let source: any ExampleSource
  /// The head that they are for.
  let head: HeadKind

  /// Those of neighbouring rows.
  func slice(_ rows: Range<Int>) -> RowTargets {
    RowTargets(source: SliceSource(source, rows: rows), head: head)
  }

  /// Those of these rows.
  func select(_ rows: [Int]) -> RowTargets {
    RowTargets(source: SelectionSource(source, rows: rows), head: head)
  }

  /// Those of several sets, one set after another.
  static func joined(_ sets: [RowTargets]) -> RowTargets? {
    guard let head = sets.first?.head else { return nil }
    return RowTargets(source: ConcatenationSource(sets.map(\.source)), head: head)
  }

  /// What they are, for messages.
  var sentence: String { "\(source.columns) targets for a \(head.rawValue) head" }
}
