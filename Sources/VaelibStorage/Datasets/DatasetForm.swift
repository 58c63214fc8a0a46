import VaelibNumerics

/// The checked form of a stored dataset that vaelib can read as a matrix.
struct DatasetForm {
  /// The lengths of the axes, at least one axis and none empty: first that which counts examples, then the others in the
  /// order of the file, then the numbers of an element if they have an axis of their own.
  let shape: [Int]
  /// The lengths of the axes in the file.
  let storedShape: [Int]
  /// The axis in the file that counts examples.
  let rowAxis: Int
  /// How many numbers a row has.
  let columns: Int
  /// The numbers of an element in the file.
  let element: ElementNumbers
  /// What conventions say of the numbers; nil if nothing.
  let packing: Packing?
  /// The type of the numbers in memory.
  let elementType: ElementType
  /// Bytes of the whole set in memory.
  let byteCount: Int
  /// Whether chunks must be undone as a whole.
  let hasFilters: Bool
  /// Whether the numbers are those of other sets: then chunks are boxes of numbers that are stored together there.
  let isVirtual: Bool
  /// The lengths of a chunk along the axes of `shape`; nil if the set is not stored in chunks.
  let chunkShape: [Int]?
  /// The same along the axes in the file.
  let storedChunkShape: [Int]?
  /// Bytes of one chunk, decompressed; 0 without chunks.
  let chunkByteCount: Int

  /// How many neighbouring rows are stored together, so that reading some of them costs as much as reading all; 1 where
  /// any row can be read by itself.
  var bandRows: Int {
    if isVirtual { return min(shape[0], chunkShape?[0] ?? 1) }
    if rowAxis > 0, !hasFilters { return min(shape[0], max(Self.runBytes / rowRunBytes, 1)) }
    guard let chunkShape else { return 1 }
    let hasWholeRows = zip(chunkShape, shape).dropFirst().allSatisfy { $0 >= $1 }
    return !hasFilters && hasWholeRows ? 1 : min(chunkShape[0], shape[0])
  }

  struct Axis {
    let number: Int
    let length: Int
  }

  /// The axes in the file that do not count examples.
  var otherAxes: [Axis] {
    storedShape.enumerated().filter { $0.offset != rowAxis }.map {
      Axis(number: $0.offset, length: $0.element)
    }
  }

  /// What it pays to read of each place where a part of a row is, if rows are scattered over the file.
  static let runBytes = 4 << 10

  /// Bytes of a row that lie together in the file, at most.
  private var rowRunBytes: Int {
    product(Array(storedShape[(rowAxis + 1)...]) + [storedElementBytes]) ?? .max
  }
  private let storedElementBytes: Int

  /// Bytes of the largest chunk that is written.
  static let chunkByteLimit = 1 << 30
  /// A file cannot sensibly declare more than this many times what it stores: deflate compresses 1032 times at most.
  static let compressionLimit = 2_048
  /// Unless it has so many bytes at most: chunks that were never written take no room in the file.
  static let unwrittenByteLimit = 16 << 30
  /// And so many rows, for lists of rows are in memory.
  static let unwrittenRowLimit = 1 << 28

  /// Throws unless the set is one that vaelib reads, of a size that the file can hold; `label` is what messages call it.
  /// `asLabels`: texts, too, for which the element type stands for nothing. `virtual`: what a virtual set consists of.
  init(
    _ dataset: DatasetMetadata, _ file: MetadataFile, _ label: String,
    _ selection: DatasetSelection = DatasetSelection(), asLabels: Bool = false, virtual: VirtualSet? = nil
  ) throws(StorageError) {
    func error(_ reason: String) -> StorageError {
      .format(path: file.file.path, object: label, reason: reason)
    }
    func unread(_ reason: String) -> StorageError {
      .unread(path: file.file.path, object: label, reason: reason)
    }
    if let reason = Self.unsuitability(dataset, selection, asLabels: asLabels) { throw unread(reason) }
    guard let stored = dataset.shape, let element = Self.element(dataset, selection, asLabels) else {
      throw unread("holds numbers of a layout that vaelib does not read")
    }
    storedShape = stored
    rowAxis = selection.rowAxis ?? 0
    guard stored.indices.contains(rowAxis) else {
      throw error(
        "has \(HDF5.Session.describe(stored)); row_axis is \(UInt(bitPattern: rowAxis)), allowed: 0 to "
          + "\(stored.count - 1)")
    }
    packing =
      selection.followsConventions && !asLabels && !element.haveAxis
      ? element.numbers.first.flatMap { Packing(dataset.attributes, $0.number) } : nil
    self.element = packing.map { element.unpacked($0) } ?? element
    elementType = self.element.elementType
    shape = Self.arranged(stored, rowAxis, element)
    storedElementBytes = dataset.elementBytes
    guard let columns = product(Array(shape.dropFirst())),
      let bytes = product([columns, shape[0], elementType.byteCount]),
      product(stored + [dataset.elementBytes]) != nil
    else {
      throw error("is damaged: \(HDF5.Session.describe(stored)) is beyond any memory")
    }
    (self.columns, byteCount) = (columns, bytes)
    isVirtual = virtual != nil
    if let virtual {
      hasFilters = virtual.sources.contains { $0.form.hasFilters }
      storedChunkShape = virtual.chunkShape
      chunkShape = Self.arranged(virtual.chunkShape, rowAxis, element)
      // Chunks are those of the sources.
      chunkByteCount = 0
      return
    }
    guard case .chunked(let layout) = dataset.layout else {
      (hasFilters, chunkShape, storedChunkShape, chunkByteCount) = (false, nil, nil, 0)
      return
    }
    guard layout.chunkShape.count == stored.count, layout.elementBytes == dataset.elementBytes,
      zip(layout.chunkShape, dataset.greatestShape).allSatisfy({ $0 >= 1 && $0 <= $1 }),
      let chunkBytes = product(layout.chunkShape + [layout.elementBytes])
    else {
      throw error("is damaged: chunks of \(HDF5.Session.describe(layout.chunkShape)) do not fit it")
    }
    hasFilters = !dataset.filters.isEmpty
    storedChunkShape = layout.chunkShape
    chunkShape = Self.arranged(layout.chunkShape, rowAxis, element)
    chunkByteCount = chunkBytes
  }

  /// Throws if a chunk that passed filters is too large: it is decompressed as a whole, which takes memory beside that of
  /// the numbers.
  func checkChunks(
    _ memory: ChunkMemory, _ dataset: StoredDataset
  ) throws(StorageError) {
    guard let chunkShape = storedChunkShape, hasFilters, chunkByteCount > memory.limit else { return }
    let path = dataset.reader.file.path
    let rows = max(1, chunkShape[0] / max(1, chunkByteCount >> 20))
    let smaller = ([min(rows, chunkShape[0])] + chunkShape.dropFirst()).map(String.init).joined(
      separator: "x")
    throw .unread(
      path: path, object: dataset.label,
      reason:
        "has compressed chunks of \(chunkByteCount >> 20) MiB, each of which is decompressed as a whole; "
        + "\(memory.limit >> 20) MiB are allowed: raise the memory budget to \((memory.budget(for: chunkByteCount) - 1) >> 20 + 1) "
        + "MiB, or write it in smaller chunks: h5repack -l '\(dataset.name):CHUNK=\(smaller)' FILE NEW_FILE")
  }

  private static func element(
    _ dataset: DatasetMetadata, _ selection: DatasetSelection, _ asLabels: Bool
  ) -> ElementNumbers? {
    if let numbers = try? ElementNumbers(dataset.datatype, columns: selection.columns) { return numbers }
    return asLabels ? .bytes : nil
  }

  /// Lengths along the axes of the file in the order of `shape`.
  private static func arranged(_ lengths: [Int], _ rowAxis: Int, _ element: ElementNumbers) -> [Int] {
    var lengths = lengths
    lengths.insert(lengths.remove(at: rowAxis), at: 0)
    return element.haveAxis ? lengths + [element.numbers.count] : lengths
  }
}
