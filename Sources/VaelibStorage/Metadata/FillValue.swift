/// What stands where nothing was written (specification, sections IV.A.2.e and IV.A.2.f).
enum FillValue {
  /// The bytes of one element as it is stored; nil where none is stated: they are zero.
  static func read(
    _ cursor: MetadataCursor, _ kind: ObjectHeader.Kind, _ elementBytes: Int
  ) throws(StorageError) -> [UInt8]? {
    var cursor = cursor
    var (isPresent, isNeverWritten) = (true, false)
    if kind == .fillValue {
      let version = try cursor.byte()
      try cursor.require((1...3).contains(version))
      let flags = try cursor.byte()
      if version == 3 {
        isPresent = flags & 0x20 != 0
        isNeverWritten = flags >> 2 & 0x03 == 1
      } else {
        isNeverWritten = try cursor.byte() == 1
        isPresent = try cursor.byte() != 0 || version == 1
      }
    }
    guard isPresent, !(kind == .fillValue && cursor.bytes.isEmpty) else { return nil }
    let byteCount = try cursor.word(4)
    // All bits set: a fill value that was never defined.
    guard byteCount != 0, byteCount != UInt64(UInt32.max) else { return nil }
    try cursor.require(byteCount == UInt64(elementBytes))
    let bytes = Array(try cursor.take(elementBytes))
    // libhdf5 leaves out what was never to be filled; h5py begins with zeros.
    return isNeverWritten ? nil : bytes
  }
}
