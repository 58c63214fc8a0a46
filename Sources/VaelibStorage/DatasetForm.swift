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
    try Self.checkFilters(description.filters, dataset, session)
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

  /// Only filters that are part of libhdf5: others would be loaded as programs from folders named by the environment.
  private static func checkFilters(
    _ filters: [Int], _ dataset: HDF5.Object, _ session: HDF5.Session
  ) throws(StorageError) {
    for filter in filters where !(1...6).contains(filter) || !session.isFilterAvailable(filter) {
      let name = [4: "szip", 32_000: "lzf", 32_001: "blosc", 32_004: "lz4", 32_015: "zstd"][filter]
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
    func tooLarge() -> StorageError {
      session.error(
        dataset.label,
        stored == 0
          ? "was never written: it has \(HDF5.Session.describe(shape)) but no values"
          : "is damaged: it has \(HDF5.Session.describe(shape)), but only \(stored) bytes are stored")
    }
    switch description.layout {
    case .external:
      throw session.error(
        dataset.label, "keeps its values in other files, which vaelib does not read; copy it into one")
    case .virtual:
      throw session.error(
        dataset.label, "is a virtual dataset, which vaelib does not read; copy its values into one")
    case .compact:
      guard declaredBytes <= stored else { throw tooLarge() }
      return (nil, 0)
    case .contiguous(let offset):
      guard declaredBytes <= stored, let offset else { throw tooLarge() }
      guard stored <= fileByteCount, offset <= UInt64(fileByteCount - stored) else {
        throw session.error(dataset.label, "is damaged: its values lie beyond the end of the file")
      }
      return (nil, 0)
    case .chunked(let chunkShape):
      guard stored > 0, declaredBytes / compressionLimit <= stored else { throw tooLarge() }
      guard stored <= fileByteCount else {
        throw session.error(dataset.label, "is damaged: its chunks take more bytes than the file has")
      }
      guard chunkShape.count == shape.count, !chunkShape.contains(where: { $0 < 1 }),
        let chunkByteCount = product(chunkShape + [elementBytes]), chunkByteCount <= chunkByteLimit
      else {
        throw session.error(
          dataset.label,
          "has chunks of \(HDF5.Session.describe(chunkShape)); vaelib reads chunks of up to \(chunkByteLimit >> 20) MiB"
        )
      }
      return (chunkShape, chunkByteCount)
    }
  }
}
