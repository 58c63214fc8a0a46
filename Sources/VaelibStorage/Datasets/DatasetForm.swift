import VaelibNumerics

/// The checked form of a stored dataset that vaelib can read as a matrix.
struct DatasetForm {
  /// The lengths of the axes, at least one axis and none empty.
  let shape: [Int]
  /// How many numbers a row has.
  let columns: Int
  /// The type of the numbers in memory.
  let elementType: ElementType
  /// Whether integers (or booleans) are stored.
  let isInteger: Bool
  /// Bytes of the whole set in memory.
  let byteCount: Int
  /// The numbers of the filters that a chunk passed when it was written, in this order.
  let filters: [Int]
  /// nil if the set is not stored in chunks.
  let chunkShape: [Int]?
  /// Bytes of one chunk; 0 without chunks.
  let chunkByteCount: Int

  /// How many neighbouring rows are stored together, so that reading some of them costs as much as reading all; 1 where
  /// any row can be read by itself.
  var bandRows: Int {
    guard let chunkShape else { return 1 }
    let hasWholeRows = zip(chunkShape, shape).dropFirst().allSatisfy { $0 >= $1 }
    return filters.isEmpty && hasWholeRows ? 1 : min(chunkShape[0], shape[0])
  }

  /// Bytes of all chunks, decompressed, in which a row is stored; 0 without chunks.
  var bandByteCount: Int { product([chunksOfRow, chunkByteCount]) ?? .max }

  /// How many chunks a row is stored in; 0 without chunks.
  var chunksOfRow: Int {
    guard let chunkShape else { return 0 }
    return zip(shape, chunkShape).dropFirst().reduce(1) { $0 * (($1.0 - 1) / $1.1 + 1) }
  }

  /// A chunk is decompressed as a whole, so its size is a demand on memory.
  static let chunkByteLimit = 1 << 30
  /// A file cannot sensibly declare more than this many times what it stores: deflate compresses 1032 times at most.
  static let compressionLimit = 2_048

  /// `asLabels`: texts, too, for which the element type stands for nothing.
  init(
    _ dataset: HDF5.Object, _ session: HDF5.Session, _ fileByteCount: Int, asLabels: Bool = false
  ) throws(StorageError) {
    let description = try session.describe(dataset)
    if let reason = Self.unsuitability(description, asLabels: asLabels) {
      throw session.error(dataset.label, reason)
    }
    let numbers = asLabels ? (ElementType.int64, true) : Self.elementType(description.type)
    guard let (type, isInteger) = numbers, let shape = description.shape,
      description.filters.allSatisfy(session.isFilterAvailable)
    else { throw session.error(dataset.label, "is compressed in a way that this build of HDF5 cannot undo") }
    let storedElementBytes = description.type.byteCount
    guard let columns = product(Array(shape.dropFirst())),
      let byteCount = product([columns, shape[0], type.byteCount]),
      let declaredBytes = product([columns, shape[0], storedElementBytes])
    else {
      throw session.error(dataset.label, "is damaged: \(HDF5.Session.describe(shape)) is beyond any memory")
    }
    self.shape = shape
    self.columns = columns
    self.byteCount = byteCount
    elementType = type
    self.isInteger = isInteger
    filters = description.filters
    (chunkShape, chunkByteCount) = try Self.checkLayout(
      description, shape, declaredBytes, storedElementBytes, fileByteCount, dataset, session)
  }

  /// Refuses sizes that the file cannot hold.
  private static func checkLayout(
    _ description: HDF5.DatasetDescription, _ shape: [Int], _ declaredBytes: Int, _ elementBytes: Int,
    _ fileByteCount: Int, _ dataset: HDF5.Object, _ session: HDF5.Session
  ) throws(StorageError) -> (chunkShape: [Int]?, chunkByteCount: Int) {
    let stored = description.storedByteCount
    guard stored > 0 else {
      throw session.error(
        dataset.label, "was never written: it has \(HDF5.Session.describe(shape)) but no values")
    }
    // Uncompressed values take all their bytes, and only chunks can be compressed.
    let isCompressed = !description.filters.isEmpty && description.layout.isChunked
    let limit = isCompressed ? compressionLimit : 1
    guard declaredBytes / limit <= stored else {
      throw session.error(
        dataset.label,
        "is incomplete or damaged: it has \(HDF5.Session.describe(shape)), but only \(stored) bytes are stored"
      )
    }
    guard stored <= fileByteCount else {
      throw session.error(dataset.label, "is damaged: it takes more bytes than the file has")
    }
    switch description.layout {
    case .contiguous(let offset):
      guard let offset, offset <= UInt64(fileByteCount - stored) else {
        throw session.error(dataset.label, "is damaged: its values lie beyond the end of the file")
      }
      return (nil, 0)
    case .chunked(let chunkShape):
      let bytes = try checkChunks(chunkShape, elementBytes, limit, description, dataset, session)
      return (chunkShape, bytes)
    case .compact, .virtual, .external:
      return (nil, 0)
    }
  }

  /// The bytes of one chunk, decompressed. Every chunk is stored complete, so it obeys the file's limits too.
  private static func checkChunks(
    _ chunkShape: [Int], _ elementBytes: Int, _ limit: Int, _ description: HDF5.DatasetDescription,
    _ dataset: HDF5.Object, _ session: HDF5.Session
  ) throws(StorageError) -> Int {
    let greatest = description.greatestShape
    guard chunkShape.count == greatest.count, zip(chunkShape, greatest).allSatisfy({ $0 >= 1 && $0 <= $1 }),
      let byteCount = product(chunkShape + [elementBytes]), byteCount / limit <= description.storedByteCount
    else {
      throw session.error(
        dataset.label,
        "is damaged: chunks of \(HDF5.Session.describe(chunkShape)) do not fit its shape and storage")
    }
    guard byteCount <= chunkByteLimit else {
      throw session.error(
        dataset.label,
        "has chunks of \(byteCount >> 20) MiB; vaelib reads chunks of up to \(chunkByteLimit >> 20) MiB, so write it "
          + "with smaller ones")
    }
    return byteCount
  }
}
