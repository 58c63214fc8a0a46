import VaelibNumerics

/// Reads the values or the indices of a sparse matrix, some neighbours at a time.
///
/// Of compressed ones the chunk that was decoded last is kept: who reads on from where the last read ended, however few
/// at a time, has each chunk decoded once.
final class EntryReader: @unchecked Sendable {
  private struct Chunk {
    let entries: Range<Int>
    let buffer: ByteBuffer
  }

  private let stored: StoredDataset
  /// The type of the numbers in memory.
  let type: ElementType
  private let count: Int
  /// How many entries a chunk holds that is decompressed as a whole; 1 where any entries can be read by themselves.
  let chunkLength: Int
  private let lock = ForkSafeLock()
  /// Used only while `lock` is held.
  private var last: Chunk?

  /// `stored` has one axis.
  init(_ stored: StoredDataset, as type: ElementType) {
    (self.stored, self.type) = (stored, type)
    count = stored.form.storedShape[0]
    chunkLength = stored.form.hasFilters ? stored.form.bandRows : 1
  }

  /// Reads some neighbours, at least one.
  func read(_ entries: Range<Int>, into destination: UnsafeMutableRawPointer) throws(StorageError) {
    guard chunkLength > 1 else { return try stored.read([entries], as: type, into: destination) }
    var rest = entries
    while !rest.isEmpty {
      let place = destination + (rest.lowerBound - entries.lowerBound) * type.byteCount
      let part = try readPart(rest, into: place)
      rest = part.upperBound..<rest.upperBound
    }
  }

  /// Frees what was kept, where nobody reads on.
  func forget() { lock.withLock { last = nil } }

  /// Reads the first of some neighbours, and returns which: those of one chunk, or whole chunks.
  private func readPart(
    _ entries: Range<Int>, into destination: UnsafeMutableRawPointer
  ) throws(StorageError) -> Range<Int> {
    let first = entries.lowerBound / chunkLength * chunkLength
    let chunk = first..<min(first + chunkLength, count)
    let part = entries.clamped(to: chunk)
    if let last = lock.withLock({ last }), last.entries == chunk {
      copy(part, of: last, to: destination)
      return part
    }
    if part == chunk {
      let end = entries.upperBound == count ? count : entries.upperBound / chunkLength * chunkLength
      try stored.read([first..<end], as: type, into: destination)
      return first..<end
    }
    copy(part, of: try load(chunk), to: destination)
    return part
  }

  private func copy(_ entries: Range<Int>, of chunk: Chunk, to destination: UnsafeMutableRawPointer) {
    withExtendedLifetime(chunk.buffer) {
      let begin = chunk.buffer.base + (entries.lowerBound - chunk.entries.lowerBound) * type.byteCount
      destination.copyMemory(from: begin, byteCount: entries.count * type.byteCount)
    }
  }

  /// Reads a chunk, and keeps it in the place of the one before.
  private func load(_ entries: Range<Int>) throws(StorageError) -> Chunk {
    // Its memory is freed before more is taken.
    lock.withLock { last = nil }
    let bytes = entries.count * type.byteCount
    guard let buffer = ByteBuffer(count: bytes) else {
      throw .memory(path: stored.reader.file.path, byteCount: bytes)
    }
    try stored.read([entries], as: type, into: buffer.base)
    let chunk = Chunk(entries: entries, buffer: buffer)
    lock.withLock { last = chunk }
    return chunk
  }
}
