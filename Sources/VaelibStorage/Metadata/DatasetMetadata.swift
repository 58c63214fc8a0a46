/// What the object header of a dataset says, as far as vaelib can read it; everything in it is checked against the rest.
struct DatasetMetadata {
  let datatype: Datatype
  /// nil for a null dataspace, empty for a scalar.
  let shape: [Int]?
  let greatestShape: [Int]
  let filters: [Int]
  let layout: StorageLayout

  var type: HDF5.StoredType { datatype.type }

  static func isDataset(_ header: ObjectHeader) -> Bool {
    header.hasAny(.layout) || (header.hasAny(.dataspace) && header.hasAny(.datatype))
  }

  init(_ header: ObjectHeader, _ file: MetadataFile) throws(StorageError) {
    guard let typeMessage = header.first(.datatype), let spaceMessage = header.first(.dataspace),
      let layoutMessage = header.first(.layout)
    else { throw file.damaged("a dataset lacks its type, shape or layout") }
    datatype = try Datatype(try Self.content(typeMessage, file))
    (shape, greatestShape) = try Self.shape(try Self.content(spaceMessage, file))
    filters =
      try header.first(.filters).map { message throws(StorageError) in
        try Self.filters(try Self.content(message, file))
      } ?? []
    layout =
      header.first(.externalFiles) == nil
      ? try StorageLayout(try Self.content(layoutMessage, file)) : .external
    for message in header.messages where [.fillValue, .oldFillValue].contains(message.kind) {
      try Self.checkFillValue(try Self.content(message, file), message.kind, datatype.byteCount)
    }
  }

  /// Throws if how the values are stored makes no sense. Only for a set that vaelib reads.
  func checkStorage(_ file: MetadataFile) throws(StorageError) {
    guard case .chunked(let index, let chunkShape, let elementBytes) = layout else { return }
    guard chunkShape.count == greatestShape.count, chunkShape.allSatisfy({ $0 > 0 }),
      elementBytes == type.byteCount,
      let chunkBytes = product(chunkShape + [elementBytes])
    else { throw file.damaged("the chunks of a dataset do not fit it") }
    try ChunkIndex(
      file: file, chunkShape: chunkShape, greatestShape: greatestShape, chunkBytes: chunkBytes,
      isFiltered: !filters.isEmpty, leastStoredBytes: filters.last == 3 ? 5 : 1
    ).check(index)
  }

  /// The lengths of the axes alone, for lists: of datasets too that vaelib does not read.
  static func shape(_ header: ObjectHeader, _ file: MetadataFile) throws(StorageError) -> [Int]? {
    guard let message = header.first(.dataspace) else { throw file.damaged("a dataset lacks its shape") }
    return try shape(try content(message, file)).shape
  }

  /// What a message says, or the message in another object header that it refers to.
  private static func content(
    _ message: ObjectHeader.Message, _ file: MetadataFile
  ) throws(StorageError) -> MetadataCursor {
    guard message.isShared else { return message.cursor }
    var cursor = message.cursor
    let version = try cursor.byte()
    let place = try cursor.byte()
    try cursor.require((1...3).contains(version))
    guard version < 3 || place == 2 else {
      throw file.unread("shares messages between objects, which vaelib does not read; copy it with h5repack")
    }
    // The oldest version holds the start of an entry of a symbol table.
    if version == 1 { try cursor.skip(6 + file.lengthBytes) }
    let target = try file.header(at: try cursor.place())
    guard let found = target.first(message.kind), !found.isShared else { throw cursor.damage }
    return found.cursor
  }

  /// A dataspace message.
  static func shape(_ cursor: MetadataCursor) throws(StorageError) -> (shape: [Int]?, greatest: [Int]) {
    var cursor = cursor
    let version = try cursor.byte()
    let rank = try cursor.byte()
    let flags = try cursor.byte()
    try cursor.require((1...2).contains(version) && rank <= 32)
    var kind = rank == 0 ? 0 : 1
    if version == 1 { try cursor.skip(5) } else { kind = try cursor.byte() }
    try cursor.require(kind <= 2 && (kind == 1 || rank == 0))
    var shape: [Int] = []
    for _ in 0..<rank { shape.append(try cursor.length()) }
    var greatest = shape
    if flags & 0x01 != 0 {
      for axis in 0..<rank {
        greatest[axis] = Int(clamping: try cursor.word(cursor.file.lengthBytes))
        try cursor.require(shape[axis] <= greatest[axis])
      }
    }
    return (kind == 2 ? nil : shape, greatest)
  }

  /// The numbers of the filters in a filter message.
  private static func filters(_ cursor: MetadataCursor) throws(StorageError) -> [Int] {
    var cursor = cursor
    let version = try cursor.byte()
    let count = try cursor.byte()
    try cursor.require((1...2).contains(version) && (1...32).contains(count))
    if version == 1 { try cursor.skip(6) }
    var filters: [Int] = []
    for _ in 0..<count {
      let filter = try cursor.integer(2)
      var nameBytes = version == 1 || filter >= 256 ? try cursor.integer(2) : 0
      try cursor.skip(2)
      let values = try cursor.integer(2)
      if version == 1 { nameBytes = (nameBytes + 7) / 8 * 8 }
      try cursor.skip(nameBytes)
      try cursor.skip(4 * values + (version == 1 && values % 2 == 1 ? 4 : 0))
      filters.append(filter)
    }
    return filters
  }

  private static func checkFillValue(
    _ cursor: MetadataCursor, _ kind: ObjectHeader.Kind, _ typeBytes: Int
  ) throws(StorageError) {
    var cursor = cursor
    var isPresent = true
    if kind == .fillValue {
      let version = try cursor.byte()
      try cursor.require((1...3).contains(version))
      let flags = try cursor.byte()
      if version == 3 {
        isPresent = flags & 0x20 != 0
      } else {
        try cursor.skip(1)
        isPresent = try cursor.byte() != 0 || version == 1
      }
    }
    guard isPresent, !(kind == .fillValue && cursor.bytes.isEmpty) else { return }
    let byteCount = try cursor.word(4)
    // All bits set: a fill value that was never defined.
    guard byteCount != 0, byteCount != UInt64(UInt32.max) else { return }
    try cursor.require(byteCount == UInt64(typeBytes))
    try cursor.skip(typeBytes)
  }
}
