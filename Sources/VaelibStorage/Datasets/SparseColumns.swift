import VaelibModels
import VaelibNumerics

/// A sparse matrix in a file, whose columns are stored one after another, read row by row: transposed in memory where all
/// rows are wanted there, else in a temporary file.
///
/// A first pass over the indices, at the beginning, counts the entries of each row. So where a row begins is known
/// before any other number is read.
final class SparseColumns: SparseRows, @unchecked Sendable {
  /// The transposed matrix.
  private let stored: SparseMatrix
  let offsets: IndexList
  private let offsetMemory: ByteBuffer
  private let copy: TransposedCopy

  /// Beyond so many rows each must have an entry, by the factor by which numbers are compressed at most: a small file
  /// could otherwise ask for much memory.
  private static let emptyRows = 1 << 24

  /// `stored` is the transposed matrix, which `group` holds. Throws what reading the indices throws: all of them are
  /// checked; and `cancelled` once `isStopped`, which is asked often.
  init(_ stored: SparseMatrix, _ group: SparseGroup, isStopped: () -> Bool) throws(StorageError) {
    self.stored = stored
    guard
      stored.columns <= Self.emptyRows || stored.columns / DatasetForm.compressionLimit <= stored.entries
    else {
      throw group.error(
        "is incomplete or damaged: it has \(stored.columns) rows, but only \(stored.entries) entries")
    }
    guard stored.rows <= Int32.max else {
      throw group.unread("has \(stored.rows) columns, more than vaelib reads")
    }
    offsetMemory = try Self.offsets(stored, isStopped)
    stored.forget()
    offsets = IndexList(offsetMemory.base, isWide: true)
    copy = TransposedCopy(of: stored, offsets: offsets)
  }

  var label: String { stored.label }
  var path: String { stored.path }
  var rows: Int { stored.columns }
  var columns: Int { stored.rows }
  var elementType: ElementType { stored.elementType }
  /// Rows come from the copy.
  var bandEntries: Int { 1 }

  func prepare(isCancelled: () -> Bool) throws(StorageError) -> Bool {
    try copy.prepare(isCancelled: isCancelled)
  }

  func read(_ range: Range<Int>, scale: Double, shift: Double) throws(StorageError) -> LoadedEntries {
    let memory = try memory(entries: offsets[range.upperBound] - offsets[range.lowerBound])
    try copy.read(range, into: memory)
    return loaded(range, memory, scale: scale, shift: shift)
  }

  func readAll(scale: Double, shift: Double, isStopped: () -> Bool) throws(StorageError) -> LoadedEntries {
    defer { stored.forget() }
    let memory = try memory(entries: entries)
    let places = try cursors()
    let next = places.base.assumingMemoryBound(to: Int.self)
    let size = elementType.byteCount
    for piece in stored.pieces(of: 0..<columns) {
      if isStopped() { throw .cancelled }
      let loaded = try stored.read(piece, scale: 1, shift: 0)
      try withExtendedLifetime(loaded.owner) { () throws(StorageError) in
        try loaded.array.forEachEntry(firstRow: piece.lowerBound) {
          (column, row, value) throws(StorageError) in
          let place = next[row]
          guard place < offsets[row + 1] else { throw stored.changed }
          next[row] += 1
          memory.indices.storeBytes(
            of: Int32(truncatingIfNeeded: column), toByteOffset: place * sparseIndexBytes, as: Int32.self)
          (memory.values + place * size).copyMemory(from: value, byteCount: size)
        }
      }
    }
    return withExtendedLifetime(places) { loaded(0..<rows, memory, scale: scale, shift: shift) }
  }

  func readThrough(_ stepDone: () -> Void) throws(StorageError) { try stored.readThrough(stepDone) }

  /// Of each row where its next entry goes: the first one's place.
  private func cursors() throws(StorageError) -> ByteBuffer {
    let bytes = rows * MemoryLayout<Int>.size
    guard let cursors = ByteBuffer(count: bytes) else { throw .memory(path: path, byteCount: bytes) }
    cursors.base.copyMemory(from: offsets.base, byteCount: bytes)
    return cursors
  }

  /// Where the rows begin, counted.
  private static func offsets(
    _ stored: SparseMatrix, _ isStopped: () -> Bool
  ) throws(StorageError) -> ByteBuffer {
    let rows = stored.columns
    let bytes = (rows + 1) * MemoryLayout<Int>.size
    guard let buffer = ByteBuffer(count: bytes) else { throw .memory(path: stored.path, byteCount: bytes) }
    let offsets = buffer.base.initializeMemory(as: Int.self, repeating: 0, count: rows + 1)
    for piece in stored.pieces(of: 0..<stored.rows) {
      if isStopped() { throw .cancelled }
      let loaded = try stored.readIndices(piece)
      withExtendedLifetime(loaded.owner) {
        loaded.array.forEachEntry(firstRow: 0) { _, row, _ in offsets[row + 1] += 1 }
      }
    }
    for row in 0..<rows { offsets[row + 1] += offsets[row] }
    return buffer
  }
}
