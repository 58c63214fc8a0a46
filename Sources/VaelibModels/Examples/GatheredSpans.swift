import VaelibNumerics

/// Rows of a set in an order of the caller's, read span by span: each span costs one pass over the blocks in which its
/// rows are stored, and no block is read twice for it.
struct GatheredSpans: Sendable {
  /// What the rows of a span take at most, as floats.
  private static let spanBytes = 32 << 20

  /// An item of a part: its stored row, and the row of the span that it becomes.
  private struct Item {
    let part: Int
    let index: Int
    let row: Int
    let target: Int

    init(_ item: ExampleItem, row: Int, target: Int) {
      (part, index, self.row, self.target) = (item.part, item.index, row, target)
    }
  }

  let count: Int
  private let parts: [ExamplePart]
  private let table: [ExampleItem]
  private let columns: Int
  private let spanRows: Int

  init(_ source: any ExampleSource) {
    parts = source.parts
    columns = source.columns
    table = parts.itemTable(rows: source.rows)
    let window = parts.reduce(Int.max) { min($0, $1.stored.windowRows) }
    let most = Self.spanBytes / max(1, columns * MemoryLayout<Float>.size)
    spanRows = max(ExampleBlocks.rows, min(window, most))
    count = (source.rows + spanRows - 1) / spanRows
  }

  func load(_ index: Int) throws -> LoadedRows {
    let span = index * spanRows..<min((index + 1) * spanRows, table.count)
    let buffer = try FloatBuffer(rows: span.count, columns: columns)
    let values = buffer.matrix(rows: span.count, columns: columns)
    let stored = span.map { Item(table[$0], row: row(table[$0]), target: $0 - span.lowerBound) }
      .sorted { ($0.part, $0.row) < ($1.part, $1.row) }
    var first = 0
    while first < stored.count {
      let part = parts[stored[first].part]
      let end = (stored[first].row / part.stored.blockRows + 1) * part.stored.blockRows
      let last =
        stored[first...].firstIndex { $0.part != stored[first].part || $0.row >= end } ?? stored.count
      try copy(stored[first..<last], of: part, to: values)
      first = last
    }
    return LoadedRows(
      array: .dense(.dense(base: buffer.base, elementType: .float32, rows: span.count, columns: columns)),
      owner: buffer)
  }

  /// The stored row behind a row of the set.
  private func row(_ item: ExampleItem) -> Int { parts[item.part].rows[item.index] }

  private func copy(_ items: ArraySlice<Item>, of part: ExamplePart, to values: MatrixView) throws {
    guard let first = items.first?.row, let last = items.last?.row else { return }
    let loaded = try part.stored.load(first..<last + 1)
    for item in items {
      loaded.array.copyRow(item.row - first, into: values.row(item.target))
      part.added?.copyRow(item.index, into: values.row(item.target) + loaded.array.columns)
    }
  }
}
