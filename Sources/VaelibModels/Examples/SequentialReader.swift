import VaelibNumerics

/// Reads the rows of a set from first to last, converted to float. The next block of a file is read by a thread while
/// the rows of this one are used.
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

  /// Fills `values` [rows, columns] with the next rows; there must be so many.
  func read(into values: MatrixView) throws {
    var filled = 0
    while filled < values.rows {
      guard let span = try currentSpan() else { return }
      let count = min(values.rows - filled, span.rows.count - position)
      let target = values.rows(filled..<filled + count)
      let (array, rows, first) = (span.array, span.rows, position)
      switch rows {
      case .run(let run):
        let start = run.lowerBound + first
        forEachRow(count, width: array.columns) { array.copyRow(start + $0, into: target.row($0)) }
      case .list(let list):
        list.withUnsafeBufferPointer { list in
          forEachRow(count, width: array.columns) { array.copyRow(list[first + $0], into: target.row($0)) }
        }
      }
      position += count
      filled += count
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
