import VaelibNumerics

/// The checked form of a stored dataset that vaelib can read as a matrix.
struct DatasetForm {
  /// The lengths of the axes, at least one axis and none empty.
  let shape: [Int]
  /// How many numbers a row has.
  let columns: Int
  /// How a number lies in the file; nil for texts.
  let number: StoredNumber?
  /// The type of the numbers in memory.
  let elementType: ElementType
  /// Whether integers (or booleans) are stored.
  let isInteger: Bool
  /// Bytes of the whole set in memory.
  let byteCount: Int
  /// Whether chunks must be undone as a whole.
  let hasFilters: Bool
  /// nil if the set is not stored in chunks.
  let chunkShape: [Int]?
  /// Bytes of one chunk, decompressed; 0 without chunks.
  let chunkByteCount: Int

  /// How many neighbouring rows are stored together, so that reading some of them costs as much as reading all; 1 where
  /// any row can be read by itself.
  var bandRows: Int {
    guard let chunkShape else { return 1 }
    let hasWholeRows = zip(chunkShape, shape).dropFirst().allSatisfy { $0 >= $1 }
    return !hasFilters && hasWholeRows ? 1 : min(chunkShape[0], shape[0])
  }

  /// A chunk that passed filters is decompressed as a whole, so its size is a demand on memory.
  static let chunkByteLimit = 1 << 30
  /// A file cannot sensibly declare more than this many times what it stores: deflate compresses 1032 times at most.
  static let compressionLimit = 2_048
  /// Unless it has so many bytes at most: chunks that were never written take no room in the file.
  static let unwrittenByteLimit = 16 << 30

  /// Throws unless the set is one that vaelib reads, of a size that the file can hold; `label` is what messages call it.
  /// `asLabels`: texts, too, for which the element type stands for nothing.
  init(
    _ dataset: DatasetMetadata, _ file: MetadataFile, _ label: String, asLabels: Bool = false
  ) throws(StorageError) {
    func error(_ reason: String) -> StorageError {
      .format(path: file.file.path, object: label, reason: reason)
    }
    func unread(_ reason: String) -> StorageError {
      .unread(path: file.file.path, object: label, reason: reason)
    }
    if let reason = Self.unsuitability(dataset, asLabels: asLabels) { throw unread(reason) }
    let numbers = asLabels ? (ElementType.int64, true) : Self.elementType(dataset.type)
    number = StoredNumber(dataset.datatype)
    let isText = if case .text = dataset.type { true } else { false }
    guard let (type, isInteger) = numbers, number != nil || isText, let shape = dataset.shape else {
      throw unread("holds numbers of a layout that vaelib does not read")
    }
    guard let columns = product(Array(shape.dropFirst())),
      let byteCount = product([columns, shape[0], max(type.byteCount, dataset.elementBytes)])
    else {
      throw error("is damaged: \(HDF5.Session.describe(shape)) is beyond any memory")
    }
    self.shape = shape
    self.columns = columns
    self.byteCount = byteCount / max(type.byteCount, dataset.elementBytes) * type.byteCount
    elementType = type
    self.isInteger = isInteger
    guard case .chunked(let layout) = dataset.layout else {
      (hasFilters, chunkShape, chunkByteCount) = (false, nil, 0)
      return
    }
    guard layout.chunkShape.count == shape.count, layout.elementBytes == dataset.elementBytes,
      zip(layout.chunkShape, dataset.greatestShape).allSatisfy({ $0 >= 1 && $0 <= $1 }),
      let chunkBytes = product(layout.chunkShape + [layout.elementBytes])
    else {
      throw error("is damaged: chunks of \(HDF5.Session.describe(layout.chunkShape)) do not fit it")
    }
    hasFilters = !dataset.filters.isEmpty
    chunkShape = layout.chunkShape
    chunkByteCount = chunkBytes
    if hasFilters, chunkBytes > Self.chunkByteLimit {
      throw unread(
        "has compressed chunks of \(chunkBytes >> 20) MiB; vaelib reads such chunks of up to "
          + "\(Self.chunkByteLimit >> 20) MiB, so write it with smaller ones")
    }
  }
}
