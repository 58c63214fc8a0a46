import VaelibModels
import VaelibNumerics

/// A sparse matrix in a file, whose rows are stored one after another: checked, and ready to be read. All reads may be
/// made from any thread.
final class SparseMatrix: @unchecked Sendable {
  /// What messages call it, and its file.
  let label: String
  let path: String
  let rows: Int
  let columns: Int
  let elementType: ElementType
  /// Of each row the number of its first entry, and of the last one's end.
  let offsets: IndexList
  private let offsetMemory: ByteBuffer
  /// nil if there are no entries.
  private let data: StoredDataset?
  private let indices: StoredDataset?

  /// Columns are 32 bits in memory.
  static let indexBytes = 4

  /// Throws unless the matrix is one that vaelib reads and its parts suit each other; entries are checked as they are
  /// read.
  init(
    _ group: SparseGroup, _ selection: DatasetSelection, _ check: MetadataCheck, _ folders: ExternalFolders
  ) throws(StorageError) {
    let parts = SparseParts(group, check, folders)
    let form = try group.form(parts.numbers)
    guard selection.columns == nil else { throw group.unread("is no table; leave columns out") }
    try group.checkRowAxis(selection.rowAxis, form)
    (label, path, rows, columns) = (group.label, group.path, form.rows, form.columns)
    let (data, elementType, entries) = try parts.list("data")
    let (indices, _, count) = try parts.list("indices", wholeNumbers: true)
    guard entries == count else {
      throw group.error("is damaged: it has \(entries) numbers in data, but \(count) in indices")
    }
    (self.data, self.indices, self.elementType) = (data, indices, elementType)
    offsetMemory = try parts.offsets(rows: form.rows)
    offsets = IndexList(offsetMemory.base, isWide: true)
    do throws(CompressedRows.Flaw) {
      try CompressedRows.checkOffsets(offsets, rows: rows, columns: columns, entries: entries)
    } catch {
      throw group.error("is damaged: \(error.reason); restore it from a copy")
    }
  }

  /// How many entries all rows have.
  var entries: Int { offsets[rows] }
  /// Bytes of an entry in memory.
  var entryBytes: Int { elementType.byteCount + Self.indexBytes }

  /// How much is stored of neighbouring rows.
  func size(_ range: Range<Int>) -> StoredSize {
    .sparse(
      rows: range.count, entries: offsets[range.upperBound] - offsets[range.lowerBound],
      elementType: elementType, indexBytes: Self.indexBytes)
  }

  /// Whether all rows may be held in memory.
  func isResident(memoryBudget: Int) -> Bool { size(0..<rows).bytes <= memoryBudget }

  /// How many entries a chunk holds that is decompressed as a whole; 1 where any entries can be read by themselves.
  var bandEntries: Int {
    [data, indices].compactMap(\.self).map(\.form).filter(\.hasFilters).reduce(1) { max($0, $1.bandRows) }
  }

  /// Throws if a compressed chunk is too large.
  func checkChunks(memoryBudget: Int) throws(StorageError) {
    let memory = ChunkMemory(
      memoryBudget: memoryBudget, isResident: isResident(memoryBudget: memoryBudget))
    for part in [data, indices].compactMap(\.self) { try part.checkChunks(memory) }
  }

  /// Rows in memory of their own.
  struct Rows {
    let array: CompressedRows
    let owner: ByteBuffer
  }

  /// Reads neighbouring rows, checked, piece by piece if they are many.
  func read(_ range: Range<Int>, scale: Double, shift: Double) throws(StorageError) -> Rows {
    let first = offsets[range.lowerBound]
    let count = offsets[range.upperBound] - first
    guard let bytes = product([count, entryBytes]), let buffer = ByteBuffer(count: bytes) else {
      throw .memory(path: path, byteCount: product([count, entryBytes]) ?? .max)
    }
    let values = buffer.base + count * Self.indexBytes
    try forEachPiece(of: range) { (piece) throws(StorageError) in
      let begin = offsets[piece.lowerBound] - first
      try read(
        piece, indices: buffer.base + begin * Self.indexBytes, values: values + begin * elementType.byteCount)
    }
    let array = CompressedRows(
      offsets: offsets.dropFirst(range.lowerBound), indices: IndexList(buffer.base, isWide: false),
      values: values, entries: first..<first + count, elementType: elementType, rows: range.count,
      width: columns, scale: scale, shift: shift)
    return Rows(array: array, owner: buffer)
  }

  /// What keeps `offsets` in memory.
  var owner: any AnyObject & Sendable { offsetMemory }

  /// Reads and checks all, for what goes wrong with that; calls `stepDone` after some mebibytes.
  func readThrough(_ stepDone: () -> Void) throws(StorageError) {
    try forEachPiece(of: 0..<rows) { (piece) throws(StorageError) in
      _ = try read(piece, scale: 1, shift: 0)
      stepDone()
    }
  }

  /// How many examples the rows are; throws unless there are some.
  func examples(_ selection: DatasetSelection) throws(StorageError) -> Int {
    guard let count = selection.examples(rows: rows, rowBytes: columns * MemoryLayout<Double>.size) else {
      throw .format(path: path, object: label, reason: selection.tooFewRows(rows))
    }
    return count
  }

  // MARK: Pieces

  /// Entries that are read at a time, or those of one chunk or row if they are more.
  private static let pieceEntries = 1 << 20

  private func forEachPiece(
    of range: Range<Int>, _ body: (Range<Int>) throws(StorageError) -> Void
  ) throws(StorageError) {
    let most = max(Self.pieceEntries, bandEntries)
    var first = range.lowerBound
    while first < range.upperBound {
      // The last row that begins before the piece has enough.
      var (low, high) = (first + 1, range.upperBound)
      while low < high {
        let middle = low + (high - low + 1) / 2
        if offsets[middle] - offsets[first] <= most { low = middle } else { high = middle - 1 }
      }
      try body(first..<low)
      first = low
    }
  }

  private func read(
    _ rows: Range<Int>, indices: UnsafeMutableRawPointer, values: UnsafeMutableRawPointer
  ) throws(StorageError) {
    let entries = offsets[rows.lowerBound]..<offsets[rows.upperBound]
    guard !entries.isEmpty, let data, let stored = self.indices else { return }
    try data.read([entries], into: values)
    func check(_ indices: IndexList) throws(StorageError) {
      let piece = CompressedRows(
        offsets: offsets.dropFirst(rows.lowerBound), indices: indices, values: values, entries: entries,
        elementType: elementType, rows: rows.count, width: columns)
      try checkEntries(piece, firstRow: rows.lowerBound)
    }
    if stored.form.elementType.byteCount <= Self.indexBytes {
      try stored.read([entries], as: .int32, into: indices)
      return try check(IndexList(indices, isWide: false))
    }
    let bytes = entries.count * MemoryLayout<Int64>.size
    guard let wide = ByteBuffer(count: bytes) else { throw .memory(path: path, byteCount: bytes) }
    try stored.read([entries], as: .int64, into: wide.base)
    try withExtendedLifetime(wide) { () throws(StorageError) in
      let wideIndices = IndexList(wide.base, isWide: true)
      try check(wideIndices)
      for index in 0..<entries.count {
        indices.storeBytes(
          of: Int32(truncatingIfNeeded: wideIndices[index]), toByteOffset: index * Self.indexBytes,
          as: Int32.self)
      }
    }
  }

  private func checkEntries(_ piece: CompressedRows, firstRow: Int) throws(StorageError) {
    do {
      try piece.checkEntries(firstRow: firstRow)
    } catch let flaw as CompressedRows.Flaw {
      throw .format(path: path, object: label, reason: "cannot be read: \(flaw.reason)")
    } catch {
      throw .memory(path: path, byteCount: columns * MemoryLayout<Int>.size)
    }
  }
}
