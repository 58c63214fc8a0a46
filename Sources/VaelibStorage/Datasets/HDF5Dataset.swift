import Glibc
public import VaelibModels
public import VaelibNumerics

/// A dataset of an HDF5 file as a matrix: the first axis counts examples (rows), the others are flattened to columns.
///
/// A set of at most `memoryBudget` bytes is read into memory once; a larger one stays in the file, which then stays
/// open as long as the dataset lives: so it remains the same set even if another file takes its place, and the cache
/// of decompressed chunks is kept from one read to the next. All reads may be made from any thread.
public final class HDF5Dataset: @unchecked Sendable {
  /// The file.
  public let path: String
  /// The dataset's name inside the file.
  public let name: String
  /// How many examples there are; at least 1.
  public let rows: Int
  /// How many numbers an example has; at least 1.
  public let columns: Int
  /// The type in which `read` and `memory` give the numbers.
  ///
  /// Stored integers keep their values: 8-bit and signed ones their type, 16-bit unsigned ones become int32, 32-bit
  /// unsigned ones int64, 64-bit unsigned ones float64 (rounded beyond 2^53), booleans uint8. Floating-point numbers of
  /// up to 32 bits become float32, of up to 64 bits float64.
  public let elementType: ElementType
  /// One label a row, if a dataset of labels was named.
  public let labels: Labels?
  /// All numbers, dense and row-major, if the set is held in memory; valid as long as the dataset.
  public let memory: UnsafeRawPointer?

  /// The lengths of the stored axes.
  let shape: [Int]
  /// The lengths of a chunk's axes; nil if the set is not stored in chunks.
  let chunkShape: [Int]?
  /// How many neighbouring rows are stored together; see `DatasetForm.bandRows`.
  let bandRows: Int
  /// Whether chunks must be undone as a whole.
  let hasFilters: Bool
  /// How to bring rows into memory, if the set stays in the file.
  let plan: ReadingPlan

  /// What is open while the set is read from the file; used only inside `HDF5.locked`.
  private let stream: (session: HDF5.Session, dataset: HDF5.Object, chunks: CompressedChunks?)?

  /// Bytes of one row in memory.
  public var rowByteCount: Int { columns * elementType.byteCount }

  /// Opens dataset `name` of the HDF5 file `path`, and dataset `labels` of the file `labelsPath`, nil for the
  /// same file.
  ///
  /// Throws `.file` if the file cannot be read, `.format` if it is not HDF5 or a dataset is missing or unsuitable,
  /// `.memory` if there is none for a set within the budget. With `checkInChild` a child process reads everything first.
  public init(
    path: String, name: String, labels: String?, labelsPath: String? = nil, memoryBudget: Int,
    checkInChild: Bool = false
  ) throws(StorageError) {
    if checkInChild {
      try Self.checkInChild(path, name, labels: labelsPath == nil ? labels : nil)
      if let labelsPath, let labels { try Self.checkLabelsInChild(labelsPath, labels) }
    }
    let opening = try DatasetOpening(
      path, dataset: name, labels: labelsPath == nil ? labels : nil)
    let session = opening.session
    let opened: DatasetOpening.Result
    do {
      opened = try HDF5.locked { () throws(StorageError) in
        try opening.open(name, labels: labelsPath == nil ? labels : nil, memoryBudget: memoryBudget)
      }
    } catch {
      Self.close(session)
      throw error
    }
    do {
      self.labels =
        try labelsPath.map { labelsPath throws(StorageError) in
          try opened.labels(labels, in: labelsPath, of: path)
        } ?? opened.labels
    } catch {
      Self.close(session)
      free(opened.memory)
      throw error
    }
    self.path = path
    self.name = opened.dataset.name
    rows = opened.form.shape[0]
    columns = opened.form.columns
    elementType = opened.form.elementType
    memory = opened.memory.map { UnsafeRawPointer($0) }
    shape = opened.form.shape
    chunkShape = opened.form.chunkShape
    bandRows = opened.form.bandRows
    hasFilters = !opened.form.filters.isEmpty
    plan = opened.plan
    stream = opened.memory == nil ? (session, opened.dataset, opened.chunks) : nil
  }

  /// The names of the datasets in a file, whether they suit or not. Throws `.file` if it cannot be read, `.format` if it
  /// is not HDF5 or damaged on the way to one of them. With `inChild` a child process looks for them. A name is bytes, by
  /// convention UTF-8, none of them NUL.
  public static func names(inFile path: String, inChild: Bool = false) throws(StorageError) -> [[UInt8]] {
    guard inChild else {
      return try DatasetList.paths(try MetadataCheck(try ReadableFile(path)).file)
    }
    let byteCount = try ReadableFile(path).byteCount
    let bytes = try ChildProcess.run(path, byteCount: byteCount) { (_) throws(StorageError) in
      Array(try names(inFile: path).joined(separator: [0]))
    }
    return bytes.split(separator: 0).map(Array.init)
  }

  deinit {
    if let stream { Self.close(stream.session) }
    free(UnsafeMutableRawPointer(mutating: memory))
  }

  /// Copies `rows` to `destination`, dense and row-major, as `elementType`; there must be room for
  /// `rows.count * rowByteCount` bytes.
  public func read(rows range: Range<Int>, into destination: UnsafeMutableRawPointer) throws(StorageError) {
    try checkRange(range)
    guard !range.isEmpty else { return }
    if let memory {
      destination.copyMemory(
        from: memory + range.lowerBound * rowByteCount, byteCount: range.count * rowByteCount)
      return
    }
    if let stream, let chunks = stream.chunks,
      try chunks.read(range, of: stream.dataset, stream.session, into: destination)
    {
      return
    }
    try readThroughLibrary([range] + shape.dropFirst().map { 0..<$0 }, into: destination)
  }

  /// Reads a range of each axis of a set in a file, through all filters and checksums of libhdf5.
  func readThroughLibrary(
    _ ranges: [Range<Int>], into destination: UnsafeMutableRawPointer
  ) throws(StorageError) {
    guard let stream else { return }
    try HDF5.locked { () throws(StorageError) in
      try stream.session.read(
        ranges, of: stream.dataset, as: HDF5.memoryType(elementType), into: destination)
    }
  }

  private func checkRange(_ range: Range<Int>) throws(StorageError) {
    guard range.lowerBound >= 0, range.upperBound <= rows else {
      throw .format(
        path: path, object: "dataset \"\(name)\"",
        reason: "has \(rows) rows; rows \(range.lowerBound) to \(range.upperBound - 1) were asked for")
    }
  }

  private static func close(_ session: HDF5.Session) {
    // Nothing was written, so there is nothing that a failing close could lose.
    try? HDF5.locked { _ = session.close() }
  }
}
