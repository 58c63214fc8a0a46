import VaelibNumerics

/// Any rows of another set, in any order, some perhaps several times, as a set of their own.
public final class SelectionSource: ExampleSource {
  private let whole: any ExampleSource
  public let rows: Int
  public let parts: [ExamplePart]
  public let firstRow = 0

  /// Each of `rows` must be a row of `whole`.
  public init(_ whole: any ExampleSource, rows: [Int]) {
    self.whole = whole
    self.rows = rows.count
    parts = Self.parts(of: whole, rows)
  }

  public var columns: Int { whole.columns }
  public var scale: Double { whole.scale }
  public var shift: Double { whole.shift }

  /// Whether choosing these rows takes memory for all rows of `whole`.
  public static func needsTable(of whole: any ExampleSource, _ rows: [Int]) -> Bool {
    let parts = whole.parts
    guard parts.count == 1, case .run = parts[0].positions else { return true }
    return !isAscending(rows)
  }

  private static func parts(of whole: any ExampleSource, _ rows: [Int]) -> [ExamplePart] {
    let parts = whole.parts
    if !needsTable(of: whole, rows) {
      let stored = rows.map { parts[0].rows[$0] }
      return [
        ExamplePart(
          parts[0].stored, rows: .list(stored), positions: .run(0..<rows.count),
          added: parts[0].added?.select(.list(rows)))
      ]
    }
    let table = parts.itemTable(rows: whole.rows)
    var chosen = parts.map { _ in [(row: Int, position: Int, item: Int)]() }
    for (position, row) in rows.enumerated() {
      let item = table[row]
      chosen[item.part].append((parts[item.part].rows[item.index], position, item.index))
    }
    return zip(parts, chosen).compactMap { part, chosen in
      chosen.isEmpty ? nil : ExamplePart(part, sorting: chosen)
    }
  }

  private static func isAscending(_ rows: [Int]) -> Bool {
    zip(rows, rows.dropFirst()).allSatisfy { $0 <= $1 }
  }
}

extension ExamplePart {
  /// Items of a part, in any order: stored rows, and the rows of the new set that they are.
  fileprivate init(_ part: ExamplePart, sorting chosen: [(row: Int, position: Int, item: Int)]) {
    let sorted = chosen.sorted { ($0.row, $0.position) < ($1.row, $1.position) }
    let first = sorted[0].position
    let isRun = sorted.enumerated().allSatisfy { $1.position == first + $0 }
    self.init(
      part.stored, rows: .list(sorted.map(\.row)),
      positions: isRun ? .run(first..<first + sorted.count) : .list(sorted.map(\.position)),
      added: part.added?.select(.list(sorted.map(\.item))))
  }
}

extension ExampleSource {
  /// Copies rows as they are stored, without scaling, [rows.count, columns].
  public func copyStored(_ rows: [Int], into out: UnsafeMutablePointer<Float>) throws {
    let list = BlockList(SelectionSource(self, rows: rows).parts, .stored)
    for block in (0..<list.count).lazy.map({ list[$0] }) {
      let loaded = try list.load(block)
      let (stored, part) = (loaded.array.unscaled, list.parts[block.part])
      withExtendedLifetime(loaded) {
        for (row, item) in block.items.enumerated() {
          let place = out + part.positions[item] * columns
          stored.copyRow(row, into: place)
          part.added?.copyRow(item, into: place + stored.columns)
        }
      }
    }
  }
}
