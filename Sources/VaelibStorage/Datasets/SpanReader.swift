import VaelibNumerics

/// Reads rows from first to last of a dataset whose rows cannot be had in small numbers: span by span, each of whole
/// bands. The last span is kept, so rows that are wanted a few at a time do not cost a span each time.
final class SpanReader: @unchecked Sendable {
  /// Rows, dense and row-major, and what keeps them in memory.
  typealias Rows = (base: UnsafeMutableRawPointer, owner: ByteBuffer)

  private struct Span {
    let rows: Range<Int>
    let buffer: ByteBuffer
  }

  private let dataset: HDF5Dataset
  private let lock = ForkSafeLock()
  /// Used only while `lock` is held.
  private var last: Span?

  init(_ dataset: HDF5Dataset) { self.dataset = dataset }

  /// Reads rows, at least one.
  func read(_ rows: Range<Int>) throws(StorageError) -> Rows {
    let first = rows.lowerBound / dataset.plan.spanRows * dataset.plan.spanRows
    let span = first..<min(first + dataset.plan.spanRows, dataset.rows)
    guard span.contains(rows.upperBound - 1) else { return try load(rows) }
    if let last = lock.withLock({ last }), last.rows == span { return part(rows, of: last) }
    forget()
    let loaded = Span(rows: span, buffer: try load(span).owner)
    lock.withLock { last = loaded }
    return part(rows, of: loaded)
  }

  /// Frees the memory of the last span, as soon as nobody uses it.
  func forget() { lock.withLock { last = nil } }

  private func part(_ rows: Range<Int>, of span: Span) -> Rows {
    (span.buffer.base + (rows.lowerBound - span.rows.lowerBound) * dataset.rowByteCount, span.buffer)
  }

  private func load(_ rows: Range<Int>) throws(StorageError) -> Rows {
    guard let bytes = product([rows.count, dataset.rowByteCount]), let buffer = ByteBuffer(count: bytes)
    else {
      throw .memory(path: dataset.path, byteCount: dataset.rowByteCount)
    }
    try dataset.read(rows: rows, into: buffer.base)
    return (buffer.base, buffer)
  }
}
