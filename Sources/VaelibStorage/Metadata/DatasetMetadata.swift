/// What the object header of a dataset says, as far as vaelib can read it; everything in it is checked against the rest.
struct DatasetMetadata {
  /// Where the header is.
  let address: Int
  let datatype: Datatype
  /// nil for a null dataspace, empty for a scalar.
  var shape: [Int]?
  let greatestShape: [Int]
  /// In the order in which they were applied.
  let filters: [Filter]
  let layout: StorageLayout
  /// The bytes of an element that was never written; nil for zeros.
  let fillValue: [UInt8]?

  /// What its attributes say of the numbers; nothing unless it is one that is to be read.
  var attributes = DatasetAttributes()

  var type: HDF5.StoredType { datatype.type }
  /// Bytes of one element in the file.
  var elementBytes: Int { datatype.byteCount }

  static func isDataset(_ header: ObjectHeader) -> Bool {
    header.hasAny(.layout) || (header.hasAny(.dataspace) && header.hasAny(.datatype))
  }

  init(_ header: ObjectHeader, _ file: MetadataFile) throws(StorageError) {
    guard let typeMessage = header.first(.datatype), let spaceMessage = header.first(.dataspace),
      let layoutMessage = header.first(.layout)
    else { throw file.damaged("a dataset lacks its type, shape or layout") }
    address = header.address
    datatype = try Datatype(try Self.content(typeMessage, file))
    (shape, greatestShape) = try Self.shape(try Self.content(spaceMessage, file))
    filters =
      try header.first(.filters).map { message throws(StorageError) in
        try Filter.all(try Self.content(message, file))
      } ?? []
    layout =
      header.first(.externalFiles) == nil
      ? try StorageLayout(try Self.content(layoutMessage, file)) : .external
    // Where there are both messages, the older one is for older libraries.
    let fillMessage = header.first(.fillValue) ?? header.first(.oldFillValue)
    if let message = fillMessage {
      fillValue = try FillValue.read(try Self.content(message, file), message.kind, datatype.byteCount)
    } else {
      fillValue = nil
    }
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
    if version == 3, place == 1 {
      guard let shared = file.sharedMessages else { throw cursor.damage }
      return try shared.message(try cursor.take(SharedMessages.identifierBytes), message.kind)
    }
    guard version < 3 || place == 2 else {
      throw file.unread("shares messages in a way that no version of HDF5 up to 2.0 knows")
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
}
