import Glibc
public import VaelibModels
public import VaelibNumerics

/// A dataset of an HDF5 file as a matrix: the first axis counts examples (rows), the others are flattened to columns.
///
/// A set of at most `memoryBudget` bytes is read into memory once; a larger one stays in the file, which then stays
/// open as long as the dataset lives: so it remains the same set even if another file takes its place. All reads may be
/// made from any thread.
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

  /// How to bring rows into memory, if the set stays in the file.
  let plan: ReadingPlan
  let form: DatasetForm
  /// What is read from the file; nil if the set is held in memory, for then the file is closed.
  private let stored: StoredDataset?

  /// Bytes of one row in memory.
  public var rowByteCount: Int { columns * elementType.byteCount }

  /// What the caller should know of the dataset.
  public let hints: [String]
  /// What of the file's conventions was followed; empty if there was nothing.
  public var conventions: String { form.packing?.sentence ?? "" }

  /// Opens dataset `name` of the HDF5 file `path`, and dataset `labels` of the file `labelsPath`, nil for the
  /// same file.
  ///
  /// Throws `.file` if the file cannot be read, `.format` if it is not HDF5 or a dataset is missing or unsuitable,
  /// `.memory` if there is none for a set within the budget, `.cancelled` once `isStopped`, which is asked often.
  public init(
    path: String, name: String, labels: String?, labelsPath: String? = nil, memoryBudget: Int,
    selection: DatasetSelection = DatasetSelection(), isStopped: () -> Bool = { false }
  ) throws(StorageError) {
    let opened = try DatasetOpening(path, externalFolders: selection.externalFolders).dataset(
      name, labels: labelsPath == nil ? labels : nil, selection)
    let (stored, form) = (opened.stored, opened.stored.form)
    hints = opened.hints
    let isSmall = form.byteCount <= memoryBudget
    try stored.checkChunks(ChunkMemory(memoryBudget: memoryBudget, isResident: isSmall))
    if let labelsPath, let labels {
      self.labels = try DatasetOpening(
        labelsPath, externalFolders: selection.externalFolders
      ).labels(
        labels, rows: opened.examples, of: "\(stored.label) of file \"\(path)\"", otherAxes: form.otherAxes)
    } else {
      self.labels = opened.labels
    }
    self.path = path
    self.name = stored.name
    self.form = form
    rows = form.shape[0]
    columns = form.columns
    elementType = form.elementType
    plan = ReadingPlan(
      rows: rows, rowBytes: columns * elementType.byteCount, bandRows: form.bandRows,
      memoryBudget: memoryBudget)
    memory = isSmall ? UnsafeRawPointer(try Self.load(stored, path, isStopped)) : nil
    self.stored = isSmall ? nil : stored
  }

  /// How much is read between two looks at whether the caller wants it any more, if a band has not more.
  private static let pieceBytes = 16 << 20

  /// All numbers, in memory that the caller frees.
  private static func load(
    _ stored: StoredDataset, _ path: String, _ isStopped: () -> Bool
  ) throws(StorageError) -> UnsafeMutableRawPointer {
    let (rows, rowBytes) = (stored.form.shape[0], stored.form.columns * stored.form.elementType.byteCount)
    let bandRows = stored.form.bandRows
    let pieceRows = max(pieceBytes / rowBytes / bandRows, 1) * bandRows
    guard let memory = malloc(stored.form.byteCount) else {
      throw .memory(path: path, byteCount: stored.form.byteCount)
    }
    do throws(StorageError) {
      for first in stride(from: 0, to: rows, by: pieceRows) {
        if isStopped() { throw .cancelled }
        try stored.read(first..<min(first + pieceRows, rows), into: memory + first * rowBytes)
      }
    } catch {
      free(memory)
      throw error
    }
    return memory
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

  deinit { free(UnsafeMutableRawPointer(mutating: memory)) }

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
    try stored?.read(range, into: destination)
  }

  /// Reads a range of each axis, none of which is empty, of a set in a file, dense and row-major.
  func read(_ box: [Range<Int>], into destination: UnsafeMutableRawPointer) throws(StorageError) {
    try stored?.read(box, into: destination)
  }

  private func checkRange(_ range: Range<Int>) throws(StorageError) {
    guard range.lowerBound >= 0, range.upperBound <= rows else {
      throw .format(
        path: path, object: "dataset \"\(name)\"",
        reason: "has \(rows) rows; rows \(range.lowerBound) to \(range.upperBound - 1) were asked for")
    }
  }
}
