import VaelibModels
import VaelibNumerics

/// A sparse matrix whose columns are stored one after another, copied row by row to a temporary file.
///
/// It is made in two passes. Piece by piece, the entries of columns are distributed to buckets of rows, each with its row
/// and column; then each bucket is sorted by rows, in its place. A bucket fits the memory that is there for the copying,
/// and so does a piece, unless a single row or column is larger. All methods may be called from any thread; what one
/// has done the others need not do.
final class TransposedCopy: @unchecked Sendable {
  private let stored: SparseMatrix
  private let buckets: RowBuckets
  private let lock = ForkSafeLock()
  /// Used only while `lock` is held.
  private var work: TransposingWork?

  /// `offsets` say where the rows begin, and outlive the copy.
  init(of stored: SparseMatrix, offsets: IndexList) {
    self.stored = stored
    buckets = RowBuckets(
      offsets: offsets, rows: stored.columns, elementBytes: stored.elementType.byteCount,
      bucketEntries: stored.pieceEntries)
  }

  /// Makes the copy, or goes on with it; false if it was cancelled.
  func prepare(isCancelled: () -> Bool) throws(StorageError) -> Bool { try file(isCancelled) != nil }

  /// Fills memory with the entries of neighbouring rows.
  func read(_ rows: Range<Int>, into memory: EntryMemory) throws(StorageError) {
    guard let file = try file({ false }) else { return }
    try describingFailure { try buckets.read(rows, from: file, into: memory) }
  }

  /// The file with all rows in it; nil if it was cancelled.
  private func file(_ isCancelled: () -> Bool) throws(StorageError) -> ScratchFile? {
    while true {
      if let file = try step() { return file }
      if isCancelled() { return nil }
    }
  }

  /// Does a step of the work, while others wait; the file if nothing is left to do. What was copied before an error is
  /// given up, as it takes room on a disk that may be full.
  private func step() throws(StorageError) -> ScratchFile? {
    try lock.withLock { () throws(StorageError) in
      do throws(StorageError) {
        // A forked child makes a copy of its own where its parent goes on with the other.
        let current = if let work, work.isOwn { work } else { try begin() }
        work = current
        if !current.isDone { try describingFailure { try current.step() } }
        return current.isDone ? current.file : nil
      } catch {
        work = nil
        throw error
      }
    }
  }

  private func begin() throws(StorageError) -> TransposingWork {
    try describingFailure {
      let file = try ScratchFile(byteCount: buckets.byteCount)
      try file.checkRoom(buckets.byteCount)
      return TransposingWork(stored, buckets, file)
    }
  }

  private func describingFailure<Result>(
    _ body: () throws -> Result
  ) throws(StorageError) -> Result {
    do {
      return try body()
    } catch let failure as ScratchFile.Failure {
      throw described(failure)
    } catch let error as StorageError {
      throw error
    } catch {
      throw .memory(path: stored.path, byteCount: buckets.byteCount)
    }
  }

  private func described(_ failure: ScratchFile.Failure) -> StorageError {
    let whole = StoredSize.sparse(
      rows: stored.columns, entries: stored.entries, elementType: stored.elementType,
      indexBytes: sparseIndexBytes)
    return .file(
      path: stored.path,
      reason: "has \(stored.label) stored column by column; a temporary copy of "
        + "\(ScratchFile.mebibytes(buckets.byteCount)) MiB, row by row, in folder \"\(ScratchFile.folder)\" failed: "
        + "\(systemErrorText(failure.number)); name another folder in the environment variable TMPDIR, raise the "
        + "memory budget to \(ScratchFile.mebibytes(whole.bytes)) MiB, or write the matrix row by row (csr_matrix)"
    )
  }
}
