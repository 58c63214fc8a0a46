/// A stretch of a file and a place in it to read from. No read leaves the stretch.
struct MetadataCursor {
  let file: MetadataFile
  /// What is read, for messages: "a local heap".
  let subject: String
  private(set) var bytes: ArraySlice<UInt8>

  init(_ file: MetadataFile, _ bytes: ArraySlice<UInt8>, _ subject: String) {
    self.file = file
    self.bytes = bytes
    self.subject = subject
  }

  var damage: StorageError { file.damaged("\(subject) makes no sense") }

  /// Throws unless `holds`: what was read cannot be.
  func require(_ holds: Bool) throws(StorageError) {
    guard holds else { throw damage }
  }

  mutating func take(_ count: Int) throws(StorageError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= bytes.count else { throw damage }
    defer { bytes = bytes.dropFirst(count) }
    return bytes.prefix(count)
  }

  mutating func skip(_ count: Int) throws(StorageError) {
    guard count >= 0, count <= bytes.count else { throw damage }
    bytes.removeFirst(count)
  }

  /// Throws unless these characters come next.
  mutating func signature(_ text: String) throws(StorageError) {
    guard try take(4).elementsEqual(text.utf8) else { throw damage }
  }

  /// A little-endian unsigned integer of up to 8 bytes.
  mutating func word(_ byteCount: Int) throws(StorageError) -> UInt64 {
    guard (0...8).contains(byteCount), byteCount <= bytes.count else { throw damage }
    var value: UInt64 = 0
    for index in 0..<byteCount { value |= UInt64(bytes[bytes.startIndex + index]) << UInt64(8 * index) }
    bytes.removeFirst(byteCount)
    return value
  }

  /// An unsigned integer that fits Int.
  mutating func integer(_ byteCount: Int) throws(StorageError) -> Int {
    guard let value = Int(exactly: try word(byteCount)) else { throw damage }
    return value
  }

  mutating func byte() throws(StorageError) -> Int {
    try integer(1)
  }

  /// The length of something in the file.
  mutating func length() throws(StorageError) -> Int {
    try integer(file.lengthBytes)
  }

  /// Where something is in the file; nil for nowhere.
  mutating func address() throws(StorageError) -> Int? {
    let value = try word(file.addressBytes)
    let nowhere = file.addressBytes == 8 ? UInt64.max : 1 << UInt64(8 * file.addressBytes) - 1
    guard value != nowhere else { return nil }
    guard let address = Int(exactly: value), address < file.byteCount else {
      throw file.damaged("\(subject) leads beyond its end")
    }
    return address
  }

  /// Where something is in the file; it must be somewhere.
  mutating func place() throws(StorageError) -> Int {
    guard let address = try address() else { throw damage }
    return address
  }
}
