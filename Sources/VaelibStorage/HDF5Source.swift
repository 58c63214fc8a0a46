public import VaelibModels
public import VaelibNumerics

/// Examples in a dataset of an HDF5 file: held in memory if they fit the budget, else read block by block.
public final class HDF5Source: StoredExamples {
  /// What a set may take in memory unless the caller says otherwise.
  public static let defaultMemoryBudget = 256 << 20
  /// What a block has at least, however small the budget.
  private static let leastBlockBytes = 64 << 10

  private let dataset: HDF5Dataset
  public let scale: Double
  public let shift: Double
  public let blockRows: Int
  public let windowRows: Int

  /// `labels` and `labelsPath` name a dataset of labels and its file, nil for the same file. Throws `StorageError`;
  /// `HDF5Dataset.init` says when.
  public init(
    path: String, name: String, labels: String?, labelsPath: String? = nil, memoryBudget: Int, scale: Double,
    shift: Double, checkInChild: Bool = false
  ) throws(StorageError) {
    dataset = try HDF5Dataset(
      path: path, name: name, labels: labels, labelsPath: labelsPath, memoryBudget: memoryBudget,
      checkInChild: checkInChild)
    self.scale = scale
    self.shift = shift
    // Two windows are in memory at a time.
    let window = min(BlockSize.windowBytes, memoryBudget / 2)
    blockRows = Self.blockRows(dataset, windowBytes: window)
    windowRows = BlockSize.rows(in: window, rowBytes: dataset.rowByteCount)
  }

  /// Whole chunks, as many as make a block; smaller ones where the window is small, but still worth reading.
  private static func blockRows(_ dataset: HDF5Dataset, windowBytes: Int) -> Int {
    let bytes = min(max(windowBytes / 16, leastBlockBytes), BlockSize.blockBytes)
    let wanted = BlockSize.rows(in: bytes, rowBytes: dataset.rowByteCount)
    let chunk = max(1, dataset.chunkRows ?? 1)
    return min(dataset.rows, (wanted + chunk - 1) / chunk * chunk)
  }

  public var rows: Int { dataset.rows }
  public var columns: Int { dataset.columns }
  public var elementType: ElementType { dataset.elementType }
  public var labels: [Int64]? { dataset.labels }
  public var resident: StridedArray? { dataset.memory.map { array($0, rows: rows) } }

  public func load(_ rows: Range<Int>) throws -> LoadedRows {
    let (bytes, overflow) = rows.count.multipliedReportingOverflow(by: dataset.rowByteCount)
    guard !overflow, let buffer = ByteBuffer(count: bytes) else {
      throw StorageError.memory(path: dataset.path, byteCount: bytes)
    }
    try dataset.read(rows: rows, into: buffer.base)
    return LoadedRows(array: array(buffer.base, rows: rows.count), owner: buffer)
  }

  private func array(_ memory: UnsafeRawPointer, rows: Int) -> StridedArray {
    StridedArray.dense(
      base: memory, elementType: elementType, rows: rows, columns: columns, scale: scale, shift: shift)
  }
}
