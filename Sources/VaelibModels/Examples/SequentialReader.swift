import VaelibNumerics

/// Reads the rows of a set from first to last. The next block of a file is read by a thread while the rows of this one
/// are used.
final class SequentialReader {
  private let parts: [ExamplePart]
  /// In which order the stored rows are read.
  private let order: ReadingOrder
  private let prefetcher: Prefetcher<SpanList.Loaded>
  private let isCancelled: () -> Bool
  private var span: SpanList.Loaded?
  private var position = 0
  private var taken = 0

  init(_ source: any ExampleSource, isCancelled: @escaping () -> Bool = { false }) {
    parts = source.parts
    let spans = SpanList(source)
    order = spans.order
    self.isCancelled = isCancelled
    prefetcher = Prefetcher(count: spans.count, capacity: 1, isAhead: !source.isInMemory) {
      try spans.load($0)
    }
  }

  /// The next `count` rows; there must be so many.
  func next(_ count: Int) throws -> StoredRows {
    var rows = StoredRows()
    while rows.count < count {
      guard let span = try currentSpan() else { break }
      let taken = min(count - rows.count, span.rows.count - position)
      rows.append(span, from: position, count: taken)
      position += taken
    }
    return rows
  }

  /// Fills `values` [rows, columns] with the next rows, converted to float; there must be so many.
  func read(into values: MatrixView) throws {
    let rows = try next(values.rows)
    forEachRow(.gathering, rows.count, width: values.columns) { row in
      rows.copy(row..<row + 1, into: values.rows(row..<row + 1))
    }
  }

  private func currentSpan() throws -> SpanList.Loaded? {
    if let span, position < span.rows.count { return span }
    span = nil
    if taken == 0 { try parts.prepare(order, isCancelled: isCancelled) }
    span = try prefetcher.next { if isCancelled() { throw ModelError.cancelled } }
    taken += 1
    prefetcher.allow(taken + 1)
    position = 0
    return span
  }
}
