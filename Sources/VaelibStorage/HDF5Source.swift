import Glibc
public import VaelibModels
public import VaelibNumerics

/// Examples in a dataset of an HDF5 file: held in memory if they fit the budget, else read block by block.
public final class HDF5Source: ExampleSource {
  /// What a set may take in memory unless the caller says otherwise.
  public static let defaultMemoryBudget = 256 << 20
  /// Bytes a block should have at least, so that reading it pays.
  private static let blockBytes = 1 << 20
  /// Bytes of the blocks that are held in memory at a time, among which rows are shuffled.
  private static let windowBytes = 32 << 20

  private let dataset: HDF5Dataset
  public let scale: Double
  public let shift: Double
  public let firstRow = 0
  public let blockRows: Int

  /// Throws `StorageError`; `HDF5Dataset.init` says when.
  public init(
    path: String, name: String, labels: String?, memoryBudget: Int, scale: Double, shift: Double,
    checkInChild: Bool = false
  ) throws(StorageError) {
    dataset = try HDF5Dataset(
      path: path, name: name, labels: labels, memoryBudget: memoryBudget, checkInChild: checkInChild)
    self.scale = scale
    self.shift = shift
    blockRows = Self.blockRows(dataset)
  }

  /// Whole chunks, as many as make a block.
  private static func blockRows(_ dataset: HDF5Dataset) -> Int {
    if dataset.isInMemory { return dataset.rows }
    let wanted = max(1, blockBytes / dataset.rowByteCount)
    let chunk = max(1, dataset.chunkRows ?? 1)
    return min(dataset.rows, (wanted + chunk - 1) / chunk * chunk)
  }

  public var rows: Int { dataset.rows }
  public var columns: Int { dataset.columns }
  public var elementType: ElementType { dataset.elementType }
  public var labels: [Int64]? { dataset.labels }
  public var resident: StridedArray? { dataset.memory.map { array($0, rows: rows) } }
  public var windowBlocks: Int { max(1, Self.windowBytes / max(1, blockRows * dataset.rowByteCount)) }

  public func load(_ rows: Range<Int>) throws -> LoadedRows {
    let (bytes, overflow) = rows.count.multipliedReportingOverflow(by: dataset.rowByteCount)
    guard !overflow, let memory = malloc(max(1, bytes)) else {
      throw StorageError.memory(path: dataset.path, byteCount: bytes)
    }
    let owner = OwnedMemory(memory)
    try dataset.read(rows: rows, into: memory)
    return LoadedRows(array: array(memory, rows: rows.count), owner: owner)
  }

  private func array(_ memory: UnsafeRawPointer, rows: Int) -> StridedArray {
    StridedArray.dense(
      base: memory, elementType: elementType, rows: rows, columns: columns, scale: scale, shift: shift)
  }
}

/// Memory from malloc that is freed with its owner.
private final class OwnedMemory: @unchecked Sendable {
  private let memory: UnsafeMutableRawPointer

  init(_ memory: UnsafeMutableRawPointer) {
    self.memory = memory
  }

  deinit { free(memory) }
}
