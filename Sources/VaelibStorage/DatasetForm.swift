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
  let storedByteCount: Int
  /// The numbers of the filters that a reader has to undo, last first.
  let filters: [Int]
  /// nil if the set is not stored in chunks.
  let chunkShape: [Int]?
  /// Bytes of one chunk; 0 without chunks.
  let chunkByteCount: Int

  /// A chunk is decompressed as a whole, so its size is a demand on memory.
  static let chunkByteLimit = 1 << 30
  /// A file cannot sensibly declare more than this many times what it stores: deflate compresses 1032 times at most.
  static let compressionLimit = 2_048

  init(_ dataset: HDF5.Object, _ session: HDF5.Session, _ fileByteCount: Int) throws(StorageError) {
    let description = try session.describe(dataset)
    let (type, isInteger, storedElementBytes) = try Self.elementType(description.type, dataset, session)
    shape = try Self.checkedShape(description.shape, dataset, session)
    guard let columns = product(Array(shape.dropFirst())),
      let byteCount = product([columns, shape[0], type.byteCount]),
      let declaredBytes = product([columns, shape[0], storedElementBytes])
    else {
      throw session.error(dataset.label, "is damaged: \(HDF5.Session.describe(shape)) is beyond any memory")
    }
    self.columns = columns
    self.byteCount = byteCount
    elementType = type
    self.isInteger = isInteger
    storedByteCount = description.storedByteCount
    filters = description.filters
    try Self.checkFilters(filters, dataset, session)
    (chunkShape, chunkByteCount) = try Self.checkLayout(
      description, shape, declaredBytes, storedElementBytes, fileByteCount, dataset, session)
  }

  /// How numbers of a stored type are given in memory (see `HDF5Dataset.elementType`), and their bytes in the file.
  private static func elementType(
    _ type: HDF5.StoredType, _ dataset: HDF5.Object, _ session: HDF5.Session
  ) throws(StorageError) -> (type: ElementType, isInteger: Bool, storedBytes: Int) {
    switch type {
    case .boolean: return (.uint8, true, 1)
    case .unsignedInteger(1): return (.uint8, true, 1)
    case .signedInteger(1): return (.int8, true, 1)
    case .signedInteger(2): return (.int16, true, 2)
    case .signedInteger(4): return (.int32, true, 4)
    case .signedInteger(8): return (.int64, true, 8)
    case .unsignedInteger(2): return (.int32, true, 2)
    case .unsignedInteger(4): return (.int64, true, 4)
    case .unsignedInteger(8): return (.float64, true, 8)
    case .real(2): return (.float32, false, 2)
    case .real(4): return (.float32, false, 4)
    case .real(8): return (.float64, false, 8)
    default:
      throw session.error(
        dataset.label,
        "holds \(type.name); vaelib reads booleans, integers of 1, 2, 4 or 8 bytes and floating-point numbers of 2, 4 "
          + "or 8 bytes")
    }
  }

  private static func checkedShape(
    _ shape: [Int]?, _ dataset: HDF5.Object, _ session: HDF5.Session
  ) throws(StorageError) -> [Int] {
    guard let shape, !shape.isEmpty else {
      throw session.error(
        dataset.label, "has \(HDF5.Session.describe(shape)); vaelib needs an axis that counts examples")
    }
    guard !shape.contains(0) else {
      throw session.error(dataset.label, "is empty: it has \(HDF5.Session.describe(shape))")
    }
    return shape
  }

  /// Only gzip and what goes with it: libhdf5 would load foreign filters as programs from folders that the environment
  /// names, and its decoders of the others it brings believe what a damaged file says.
  private static func checkFilters(
    _ filters: [Int], _ dataset: HDF5.Object, _ session: HDF5.Session
  ) throws(StorageError) {
    for filter in filters where !(1...3).contains(filter) || !session.isFilterAvailable(filter) {
      let name = [
        1: "gzip", 4: "szip", 5: "nbit", 6: "scaleoffset", 32_000: "lzf", 32_001: "blosc", 32_004: "lz4",
        32_015: "zstd",
      ][filter]
      throw session.error(
        dataset.label,
        "is compressed with filter \(name.map { "\($0) (number \(filter))" } ?? "number \(filter)"), which vaelib does "
          + "not read; write it with gzip or without compression")
    }
  }

  /// Refuses storage outside the file and sizes that the file cannot hold.
  private static func checkLayout(
    _ description: HDF5.DatasetDescription, _ shape: [Int], _ declaredBytes: Int, _ elementBytes: Int,
    _ fileByteCount: Int, _ dataset: HDF5.Object, _ session: HDF5.Session
  ) throws(StorageError) -> (chunkShape: [Int]?, chunkByteCount: Int) {
    let stored = description.storedByteCount
    guard description.layout != .external else {
      throw session.error(
        dataset.label, "keeps its values in other files, which vaelib does not read; copy it into one")
    }
    guard description.layout != .virtual else {
      throw session.error(
        dataset.label, "is a virtual dataset, which vaelib does not read; copy its values into one")
    }
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
