import VaelibModels
import VaelibNumerics

/// The rows of a sparse matrix in a file, however they are stored there. All reads may be made from any thread.
protocol SparseRows: AnyObject, Sendable {
  /// What messages call the matrix, and its file.
  var label: String { get }
  var path: String { get }
  var rows: Int { get }
  var columns: Int { get }
  var elementType: ElementType { get }
  /// Of each row the number of its first entry, and of the last one's end.
  var offsets: IndexList { get }
  /// How many entries a chunk holds that is decompressed as a whole; 1 where any entries can be read by themselves.
  var bandEntries: Int { get }

  /// Does what has to be done once before rows are read that stay in the file; false if it was cancelled.
  func prepare(isCancelled: () -> Bool) throws(StorageError) -> Bool
  /// Reads neighbouring rows.
  func read(_ range: Range<Int>, scale: Double, shift: Double) throws(StorageError) -> LoadedEntries
  /// Reads all rows, to be held in memory; throws `cancelled` once `isStopped`, which is asked often.
  func readAll(scale: Double, shift: Double, isStopped: () -> Bool) throws(StorageError) -> LoadedEntries
  /// Reads and checks everything, for what goes wrong with that; calls `stepDone` after some mebibytes.
  func readThrough(_ stepDone: () -> Void) throws(StorageError)
}

/// Rows in memory, and what keeps their entries there; the matrix that they were read from keeps their offsets.
struct LoadedEntries {
  let array: CompressedRows
  let owner: ByteBuffer
}

/// In memory columns have 32 bits.
let sparseIndexBytes = MemoryLayout<Int32>.size

extension SparseRows {
  /// How many entries all rows have.
  var entries: Int { offsets[rows] }
  /// Bytes of an entry in memory.
  var entryBytes: Int { elementType.byteCount + sparseIndexBytes }

  /// How much is stored of neighbouring rows.
  func size(_ range: Range<Int>) -> StoredSize {
    .sparse(
      rows: range.count, entries: offsets[range.upperBound] - offsets[range.lowerBound],
      elementType: elementType, indexBytes: sparseIndexBytes)
  }

  /// Whether all rows may be held in memory.
  func isResident(memoryBudget: Int) -> Bool { size(0..<rows).bytes <= memoryBudget }

  /// How many examples the rows are; throws unless there are some.
  func examples(_ selection: DatasetSelection) throws(StorageError) -> Int {
    guard let count = selection.examples(rows: rows, rowBytes: columns * MemoryLayout<Double>.size) else {
      throw .format(path: path, object: label, reason: selection.tooFewRows(rows))
    }
    return count
  }

  /// Memory for so many entries, and in it their indices and, behind these, their values.
  func memory(entries count: Int) throws(StorageError) -> EntryMemory {
    guard let bytes = product([count, entryBytes]), let buffer = ByteBuffer(count: bytes) else {
      throw .memory(path: path, byteCount: product([count, entryBytes]) ?? .max)
    }
    return EntryMemory(buffer: buffer, values: buffer.base + count * sparseIndexBytes)
  }

  /// Neighbouring rows whose entries were brought into memory.
  func loaded(
    _ range: Range<Int>, _ memory: EntryMemory, scale: Double, shift: Double
  ) -> LoadedEntries {
    let array = CompressedRows(
      offsets: offsets.dropFirst(range.lowerBound), indices: IndexList(memory.indices, isWide: false),
      values: memory.values, entries: offsets[range.lowerBound]..<offsets[range.upperBound],
      elementType: elementType, rows: range.count, width: columns, scale: scale, shift: shift)
    return LoadedEntries(array: array, owner: memory.buffer)
  }
}

/// Memory for the entries of rows.
struct EntryMemory {
  let buffer: ByteBuffer
  let values: UnsafeMutableRawPointer

  var indices: UnsafeMutableRawPointer { buffer.base }
}
