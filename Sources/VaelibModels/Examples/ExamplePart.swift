import VaelibNumerics

/// Rows of stored examples that belong to a set. Every set is a list of such parts.
public struct ExamplePart: Sendable {
  let stored: any StoredExamples
  /// The rows of `stored`, in ascending order; a row may come several times.
  let rows: RowIndices
  /// The row of the set that each of them is, in the same order.
  let positions: RowIndices
  /// Further columns of each of them, in the same order; nil where those stored are all.
  let added: HeldRows?

  var count: Int { rows.count }

  /// All rows.
  init(_ stored: any StoredExamples) {
    self.init(stored, rows: .run(0..<stored.rows), positions: .run(0..<stored.rows))
  }

  init(
    _ stored: any StoredExamples, rows: RowIndices, positions: RowIndices, added: HeldRows? = nil
  ) {
    self.stored = stored
    self.rows = rows
    self.positions = positions
    self.added = added
  }

  /// The same rows with further columns behind their own.
  func widened(by more: HeldRows) throws(NumericsError) -> ExamplePart {
    let all = if let added { try added.joined(with: more) } else { more }
    return ExamplePart(stored, rows: rows, positions: positions, added: all)
  }

  /// How much is stored of the rows.
  var size: StoredSize {
    let size = stored.size(rows)
    return added.map { size + $0.size } ?? size
  }

  /// The part of it that belongs to rows `range` of the set, which become rows 0, 1, ... of a set of their own.
  func slice(_ range: Range<Int>) -> ExamplePart? {
    switch positions {
    case .run(let run):
      let kept = run.clamped(to: range)
      if kept.isEmpty { return nil }
      let items = kept.lowerBound - run.lowerBound..<kept.upperBound - run.lowerBound
      return ExamplePart(
        stored, rows: rows[items],
        positions: .run(kept.lowerBound - range.lowerBound..<kept.upperBound - range.lowerBound),
        added: added?.select(.run(items)))
    case .list(let list):
      let items = list.indices.filter { range.contains(list[$0]) }
      if items.isEmpty { return nil }
      return ExamplePart(
        stored, rows: .list(items.map { rows[$0] }),
        positions: .list(items.map { list[$0] - range.lowerBound }), added: added?.select(.list(items)))
    }
  }

  /// The same rows in a set where `distance` others come first.
  func shifted(by distance: Int) -> ExamplePart {
    ExamplePart(stored, rows: rows, positions: positions.shifted(by: distance), added: added)
  }
}

/// A row of a set as an item of one of its parts, in one word: a table has one for each row.
struct ExampleItem {
  private static let indexBits: UInt64 = 40
  private let word: UInt64

  init(part: Int, index: Int) {
    word = UInt64(part) << Self.indexBits | UInt64(index)
  }

  var part: Int { Int(word >> Self.indexBits) }
  var index: Int { Int(word & (1 << Self.indexBits - 1)) }
}

extension [ExamplePart] {
  /// Has all parts make their rows ready to be read.
  func prepare(_ order: ReadingOrder, isCancelled: () -> Bool) throws {
    try profiled(.reading) {
      for part in self { try part.stored.prepare(part.rows, order, isCancelled: isCancelled) }
    }
  }

  /// Where each row of the set is found.
  func itemTable(rows: Int) -> [ExampleItem] {
    var table = [ExampleItem](repeating: ExampleItem(part: 0, index: 0), count: rows)
    for (part, content) in enumerated() {
      for index in 0..<content.count {
        table[content.positions[index]] = ExampleItem(part: part, index: index)
      }
    }
    return table
  }
}
