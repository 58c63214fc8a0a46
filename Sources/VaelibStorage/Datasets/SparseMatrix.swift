import VaelibModels
import VaelibNumerics

/// A sparse matrix in a file, whose rows are stored one after another: checked, and ready to be read.
///
/// Where the file stores columns one after another, it is the transposed matrix, and messages call its rows columns
/// (`SparseColumns`).
final class SparseMatrix: SparseRows, @unchecked Sendable {
  let label: String
  let path: String
  let rows: Int
  let columns: Int
  let elementType: ElementType
  let offsets: IndexList
  private let offsetMemory: ByteBuffer
  private let names: CompressedRows.AxisNames
  /// Entries that are read at a time, if one row does not have more.
  let pieceEntries: Int
  /// nil if there are no entries.
  private let data: EntryReader?
  private let indices: EntryReader?

  /// Throws unless the matrix is one that vaelib reads, its parts suit each other and compressed chunks are not too large;
  /// entries are checked as they are read.
  init(
    _ group: SparseGroup, _ form: SparseGroup.Form, _ parts: SparseParts, names: CompressedRows.AxisNames,
    memoryBudget: Int
  ) throws(StorageError) {
    (label, path, rows, columns) = (group.label, group.path, form.major, form.minor)
    self.names = names
    pieceEntries = min(
      max(memoryBudget / Self.pieceEntryBytes, Self.pieceEntries.lowerBound), Self.pieceEntries.upperBound)
    let (data, elementType, entries) = try parts.list("data")
    let (indices, _, count) = try parts.list("indices", wholeNumbers: true)
    guard entries == count else {
      throw group.error("is damaged: it has \(entries) numbers in data, but \(count) in indices")
    }
    self.elementType = elementType
    self.data = data.map { EntryReader($0, as: elementType) }
    self.indices = indices.map {
      EntryReader($0, as: $0.form.elementType.byteCount <= sparseIndexBytes ? .int32 : .int64)
    }
    offsetMemory = try parts.offsets(of: form.major, called: names.stored)
    offsets = IndexList(offsetMemory.base, isWide: true)
    do throws(CompressedRows.Flaw) {
      try CompressedRows.checkOffsets(
        offsets, rows: rows, columns: columns, entries: entries, names: names)
    } catch {
      throw group.error("is damaged: \(error.reason); restore it from a copy")
    }
    let memory = ChunkMemory(
      memoryBudget: memoryBudget, isResident: isResident(memoryBudget: memoryBudget))
    for part in [data, indices].compactMap(\.self) { try part.checkChunks(memory) }
  }

  var bandEntries: Int { [data, indices].compactMap(\.self).reduce(1) { max($0, $1.chunkLength) } }

  func prepare(isCancelled: () -> Bool) -> Bool { true }

  func read(_ range: Range<Int>, scale: Double, shift: Double) throws(StorageError) -> LoadedEntries {
    try read(range, scale: scale, shift: shift, isStopped: { false })
  }

  private func read(
    _ range: Range<Int>, scale: Double, shift: Double, isStopped: () -> Bool
  ) throws(StorageError) -> LoadedEntries {
    let first = offsets[range.lowerBound]
    let memory = try memory(entries: offsets[range.upperBound] - first)
    for piece in pieces(of: range) {
      if isStopped() { throw .cancelled }
      let begin = offsets[piece.lowerBound] - first
      try read(
        piece, indices: memory.indices + begin * sparseIndexBytes,
        values: memory.values + begin * elementType.byteCount)
    }
    return loaded(range, memory, scale: scale, shift: shift)
  }

  func readAll(scale: Double, shift: Double, isStopped: () -> Bool) throws(StorageError) -> LoadedEntries {
    defer { forget() }
    return try read(0..<rows, scale: scale, shift: shift, isStopped: isStopped)
  }

  /// Frees the chunks that were kept, where nobody reads on.
  func forget() {
    data?.forget()
    indices?.forget()
  }

  func readThrough(_ stepDone: () -> Void) throws(StorageError) {
    for piece in pieces(of: 0..<rows) {
      _ = try read(piece, scale: 1, shift: 0)
      stepDone()
    }
  }

  /// Reads the columns of the entries of neighbouring rows, checked; what stands for the values is not to be used.
  func readIndices(_ range: Range<Int>) throws(StorageError) -> LoadedEntries {
    let memory = try memory(entries: offsets[range.upperBound] - offsets[range.lowerBound])
    try read(range, indices: memory.indices, values: nil)
    return loaded(range, memory, scale: 1, shift: 0)
  }

  /// What to throw where entries are not those that were counted.
  var changed: StorageError {
    .format(path: path, object: label, reason: "changed while it was read; open it anew")
  }

  // MARK: Pieces

  private static let pieceEntries = 1 << 16...1 << 20
  /// What an entry of a piece takes at most while rows are made of columns.
  private static let pieceEntryBytes = 64

  /// Neighbouring rows, to be read one piece after another.
  func pieces(of range: Range<Int>) -> some Sequence<Range<Int>> {
    sequence(state: range.lowerBound) { [self] (first: inout Int) -> Range<Int>? in
      guard first < range.upperBound else { return nil }
      let piece = piece(from: first, to: range.upperBound)
      first = piece.upperBound
      return piece
    }
  }

  /// The rows from `first` on, at least one, that are read at a time.
  func piece(from first: Int, to end: Int) -> Range<Int> {
    // The last row that begins before the piece has enough.
    var (low, high) = (first + 1, end)
    while low < high {
      let middle = low + (high - low + 1) / 2
      if offsets[middle] - offsets[first] <= pieceEntries { low = middle } else { high = middle - 1 }
    }
    return first..<low
  }

  private func read(
    _ rows: Range<Int>, indices: UnsafeMutableRawPointer, values: UnsafeMutableRawPointer?
  ) throws(StorageError) {
    let entries = offsets[rows.lowerBound]..<offsets[rows.upperBound]
    guard !entries.isEmpty, let data, let stored = self.indices else { return }
    if let values { try data.read(entries, into: values) }
    func check(_ found: IndexList) throws(StorageError) {
      let piece = CompressedRows(
        offsets: offsets.dropFirst(rows.lowerBound), indices: found, values: values ?? indices,
        entries: entries, elementType: elementType, rows: rows.count, width: columns)
      try checkEntries(piece, firstRow: rows.lowerBound)
    }
    if stored.type == .int32 {
      try stored.read(entries, into: indices)
      return try check(IndexList(indices, isWide: false))
    }
    let bytes = entries.count * MemoryLayout<Int64>.size
    guard let wide = ByteBuffer(count: bytes) else { throw .memory(path: path, byteCount: bytes) }
    try stored.read(entries, into: wide.base)
    try withExtendedLifetime(wide) { () throws(StorageError) in
      let wideIndices = IndexList(wide.base, isWide: true)
      try check(wideIndices)
      for index in 0..<entries.count {
        indices.storeBytes(
          of: Int32(truncatingIfNeeded: wideIndices[index]), toByteOffset: index * sparseIndexBytes,
          as: Int32.self)
      }
    }
  }

  private func checkEntries(_ piece: CompressedRows, firstRow: Int) throws(StorageError) {
    do {
      try piece.checkEntries(firstRow: firstRow, names: names)
    } catch let flaw as CompressedRows.Flaw {
      throw .format(path: path, object: label, reason: "cannot be read: \(flaw.reason)")
    } catch {
      throw .memory(path: path, byteCount: columns * MemoryLayout<Int>.size)
    }
  }
}
