import VaelibModels
import VaelibNumerics

/// A copy of a dataset in a temporary file, from which any few rows are read at once, for datasets whose chunks hold so
/// many rows that this cannot be done in their own file.
///
/// Band after band of rows is copied when rows of it are first wanted; each chunk is decompressed once. All methods may
/// be called from any thread: should two copy the same band, they write the same bytes.
final class RowCopy: @unchecked Sendable {
  /// Rows that are read at once, where blocks are smaller, so that they are not written in tiny pieces.
  private static let groupBytes = 16 << 10

  private let dataset: HDF5Dataset
  private let tiles: RowTiles
  /// What may be taken for the copying.
  private let bufferBytes: Int
  private let lock = ForkSafeLock()
  /// Used only while `lock` is held.
  private var file: ScratchFile?
  /// Which bands are in `file`; used only while `lock` is held.
  private var copiedBands: Set<Int> = []

  init(_ dataset: HDF5Dataset) {
    self.dataset = dataset
    // Before the first window is read, there is room for both.
    bufferBytes = 2 * dataset.plan.windowBytes
    tiles = RowTiles(
      rows: dataset.rows, rowShape: Array(dataset.form.shape.dropFirst()),
      boxes: dataset.columnBoxes(bufferBytes: bufferBytes),
      groupRows: max(
        dataset.plan.blockRows, BlockSize.rows(in: Self.groupBytes, rowBytes: dataset.rowByteCount)),
      elementBytes: dataset.elementType.byteCount)
  }

  /// Whether rows, at least one, were copied before.
  func holds(_ rows: Range<Int>) -> Bool {
    let bands = bands(of: .run(rows))
    return lock.withLock { bands.allSatisfy(copiedBands.contains) }
  }

  /// Copies the bands of rows, which are in ascending order, if they are not yet; false if it was cancelled.
  func prepare(_ rows: RowIndices, isCancelled: () -> Bool) throws(StorageError) -> Bool {
    if rows.count == 0 { return true }
    return try copied(bands(of: rows), isCancelled) != nil
  }

  /// Fills `destination` with rows, at least one, dense and row-major.
  func read(_ rows: Range<Int>, into destination: UnsafeMutableRawPointer) throws(StorageError) {
    guard let file = try copied(bands(of: .run(rows)), { false }) else { return }
    guard let scratch = ByteBuffer(count: tiles.scratchBytes) else {
      throw .memory(path: dataset.path, byteCount: tiles.scratchBytes)
    }
    try describingFailure { () throws(ScratchFile.Failure) in
      try tiles.read(rows, from: file, into: destination, scratch: scratch.base)
    }
  }

  /// The bands in which rows are stored, which are in ascending order.
  private func bands(of rows: RowIndices) -> [Int] {
    switch rows {
    case .run(let rows):
      return rows.isEmpty
        ? [] : Array(rows.lowerBound / dataset.bandRows...(rows.upperBound - 1) / dataset.bandRows)
    case .list(let rows):
      return rows.reduce(into: []) { bands, row in
        if bands.last != row / dataset.bandRows { bands.append(row / dataset.bandRows) }
      }
    }
  }

  /// The file with these bands in it; nil if it was cancelled. What was copied before an error is given up, as it takes
  /// room on a disk that may be full.
  private func copied(_ bands: [Int], _ isCancelled: () -> Bool) throws(StorageError) -> ScratchFile? {
    let (opened, missing) = lock.withLock { (file, bands.filter { !copiedBands.contains($0) }) }
    if let opened, missing.isEmpty { return opened }
    do throws(StorageError) {
      let file = if let opened { opened } else { try open() }
      let room = min(dataset.rows, missing.count * dataset.bandRows) * dataset.rowByteCount
      try describingFailure { () throws(ScratchFile.Failure) in try file.checkRoom(room) }
      for band in missing {
        guard try copy(band, to: file, isCancelled) else { return nil }
      }
      return file
    } catch {
      giveUp()
      throw error
    }
  }

  private func open() throws(StorageError) -> ScratchFile {
    let created = try describingFailure { () throws(ScratchFile.Failure) in
      try ScratchFile(byteCount: dataset.rows * dataset.rowByteCount)
    }
    return lock.withLock {
      let opened = file ?? created
      file = opened
      return opened
    }
  }

  private func giveUp() {
    lock.withLock {
      file = nil
      copiedBands = []
    }
  }

  /// Copies a band; false if it was cancelled.
  private func copy(
    _ band: Int, to file: ScratchFile, _ isCancelled: () -> Bool
  ) throws(StorageError) -> Bool {
    let rows = band * dataset.bandRows..<min((band + 1) * dataset.bandRows, dataset.rows)
    for box in tiles.boxes {
      if isCancelled() { return false }
      try dataset.forEachPart(of: rows, box, bufferBytes: bufferBytes) {
        (rows, bytes) throws(StorageError) in
        try describingFailure { () throws(ScratchFile.Failure) in
          try tiles.write(rows, of: box, from: bytes, to: file)
        }
      }
    }
    // Another thread may have given it up meanwhile.
    lock.withLock { if self.file === file { copiedBands.insert(band) } }
    return true
  }

  private func describingFailure<Result>(
    _ body: () throws(ScratchFile.Failure) -> Result
  ) throws(StorageError) -> Result {
    do throws(ScratchFile.Failure) {
      return try body()
    } catch {
      throw described(error)
    }
  }

  private func described(_ failure: ScratchFile.Failure) -> StorageError {
    let whole = dataset.rows * dataset.rowByteCount
    let budget = min(
      whole, ReadingPlan.budgetWithoutCopy(bandRows: dataset.bandRows, rowBytes: dataset.rowByteCount))
    let problem =
      "has dataset \"\(dataset.name)\" in chunks of \(dataset.bandRows) rows, too many to mix its rows within the "
      + "memory budget; a temporary copy of up to \(ScratchFile.mebibytes(whole)) MiB in folder \"\(ScratchFile.folder)\" "
      + "failed: \(systemErrorText(failure.number))"
    let remedy =
      "name another folder in the environment variable TMPDIR, raise the memory budget to "
      + "\(ScratchFile.mebibytes(budget)) MiB, or write the dataset in smaller chunks of whole rows"
    return .file(path: dataset.path, reason: "\(problem); \(remedy)")
  }
}
