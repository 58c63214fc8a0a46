/// Attribute messages (specification, section IV.A.2.m).
enum AttributeMetadata {
  /// Throws unless the attributes that stand in an object's header make sense.
  static func check(_ header: ObjectHeader) throws(StorageError) {
    for message in header.messages where message.kind == .attribute {
      // One that several objects share stands elsewhere; model files have none.
      if message.isShared { throw message.cursor.damage }
      try check(message.cursor)
    }
  }

  private static func check(_ cursor: MetadataCursor) throws(StorageError) {
    var cursor = cursor
    let version = try cursor.byte()
    let flags = try cursor.byte()
    try cursor.require((1...3).contains(version))
    let lengths = (try cursor.integer(2), try cursor.integer(2), try cursor.integer(2))
    if version == 3 { try cursor.require(try cursor.byte() <= 1) }
    func padded(_ length: Int) -> Int { version == 1 ? (length + 7) / 8 * 8 : length }
    let name = try cursor.take(padded(lengths.0))
    try cursor.require(name.prefix(lengths.0).contains(0))
    let type = try cursor.take(padded(lengths.1)).prefix(lengths.1)
    let space = try cursor.take(padded(lengths.2)).prefix(lengths.2)
    // A type that stands elsewhere is not followed: vaelib reads numbers and texts only.
    guard version == 1 || flags & 0x03 == 0 else { return }
    let byteCount = try Datatype(MetadataCursor(cursor.file, type, cursor.subject)).byteCount
    let shape = try DatasetMetadata.shape(MetadataCursor(cursor.file, space, cursor.subject)).shape
    guard let shape else { return }
    guard let valueBytes = product(shape + [byteCount]) else { throw cursor.damage }
    try cursor.require(valueBytes <= cursor.bytes.count)
  }
}
