public import VaelibModels
public import VaelibNumerics

/// Examples in a dataset of an HDF5 file: held in memory if they fit the budget, else read block by block, from the file
/// itself or from a temporary copy; `ReadingPlan` says when.
public final class HDF5Source: StoredExamples {
  /// What a set may take in memory unless the caller says otherwise.
  public static let defaultMemoryBudget = 256 << 20
  private let dataset: HDF5Dataset
  public let scale: Double
  public let shift: Double
  /// From where rows come that are shuffled; nil if that is the file itself.
  private let copy: RowCopy?
  /// From where rows come that are read in order, if they would come from a copy otherwise.
  private let spans: SpanReader

  /// `labels` and `labelsPath` name a dataset of labels and its file, nil for the same file. Throws `StorageError`;
  /// `HDF5Dataset.init` says when.
  public init(
    path: String, name: String, labels: String?, labelsPath: String? = nil, memoryBudget: Int, scale: Double,
    shift: Double, selection: DatasetSelection = DatasetSelection(), isStopped: () -> Bool = { false }
  ) throws(StorageError) {
    dataset = try HDF5Dataset(
      path: path, name: name, labels: labels, labelsPath: labelsPath, memoryBudget: memoryBudget,
      selection: selection, isStopped: isStopped)
    self.scale = scale
    self.shift = shift
    copy = dataset.memory == nil && dataset.plan.needsCopy ? RowCopy(dataset) : nil
    spans = SpanReader(dataset)
  }

  public var rows: Int { dataset.rows }
  public var columns: Int { dataset.columns }
  public var elementType: ElementType { dataset.elementType }
  public var labels: Labels? { dataset.labels }
  public var hints: [String] { dataset.hints }
  public var conventions: String { dataset.conventions }
  public var resident: RowArray? { dataset.memory.map { array($0, rows: rows) } }

  public func size(_ rows: RowIndices) -> StoredSize {
    .dense(rows: rows.count, columns: columns, elementType: elementType)
  }

  public var blockRows: Int { dataset.plan.blockRows }
  public var spanRows: Int { dataset.plan.spanRows }
  public var windowRows: Int { dataset.plan.windowRows }

  public func prepare(_ rows: RowIndices, _ order: ReadingOrder, isCancelled: () -> Bool) throws {
    guard let copy else { return }
    // Neighbours in ascending order come span by span; of a list each span may have few.
    if case (.stored, .run) = (order, rows), !dataset.plan.needsCopyInOrder { return }
    spans.forget()
    guard try copy.prepare(rows, isCancelled: isCancelled) else { throw ModelError.cancelled }
  }

  public func load(_ rows: Range<Int>) throws -> LoadedRows {
    if let copy, !dataset.plan.needsCopyInOrder, !copy.holds(rows) {
      let (base, owner) = try spans.read(rows)
      return LoadedRows(array: array(base, rows: rows.count), owner: owner)
    }
    let (bytes, overflow) = rows.count.multipliedReportingOverflow(by: dataset.rowByteCount)
    guard !overflow, let buffer = ByteBuffer(count: bytes) else {
      throw StorageError.memory(path: dataset.path, byteCount: bytes)
    }
    if let copy {
      try copy.read(rows, into: buffer.base)
    } else {
      try dataset.read(rows: rows, into: buffer.base)
    }
    return LoadedRows(array: array(buffer.base, rows: rows.count), owner: buffer)
  }

  private func array(_ memory: UnsafeRawPointer, rows: Int) -> RowArray {
    .dense(
      .dense(
        base: memory, elementType: elementType, rows: rows, columns: columns, scale: scale, shift: shift))
  }
}
