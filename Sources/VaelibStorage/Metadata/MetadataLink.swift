import Glibc

/// A name in a group, and what it leads to.
struct MetadataLink {
  enum Target {
    /// The address of an object header, as the file has it.
    case object(UInt64)
    /// A path, from the group or from the root.
    case path(ArraySlice<UInt8>)
    /// The name of another file and a path in it, as the link stores them.
    case otherFile(ArraySlice<UInt8>)
    /// Something that only the program that wrote it can find; or what no version of the format that we know has.
    case foreign
  }

  /// Bytes of any kind but NUL; by convention UTF-8.
  let name: ArraySlice<UInt8>
  let target: Target

  /// The object header of a hard link's target.
  var address: Int? {
    guard case .object(let address) = target else { return nil }
    return Int(exactly: address) ?? Int.max
  }

  init(name: ArraySlice<UInt8>, _ target: Target) {
    self.name = name
    self.target = target
  }

  /// A link message (specification, section IV.A.2.g).
  init(_ cursor: MetadataCursor) throws(StorageError) {
    var cursor = cursor
    try cursor.require(try cursor.byte() == 1)
    let flags = try cursor.byte()
    let kind = flags & 0x08 != 0 ? try cursor.byte() : 0
    if flags & 0x04 != 0 { try cursor.skip(8) }
    if flags & 0x10 != 0 { try cursor.skip(1) }
    let nameBytes = try cursor.integer(1 << (flags & 0x03))
    try cursor.require(nameBytes > 0)
    let name = try cursor.take(nameBytes)
    try cursor.require(!name.contains(0))
    if kind == 0 {
      self.init(name: name, .object(try cursor.word(cursor.file.addressBytes)))
      return
    }
    let value = try cursor.take(try cursor.integer(2))
    switch kind {
    case 1: self.init(name: name, .path(value.prefix { $0 != 0 }))
    case 64: self.init(name: name, .otherFile(value))
    default: self.init(name: name, .foreign)
    }
  }
}

extension ArraySlice<UInt8> {
  /// Whether this comes before `other`, byte by byte.
  func precedes(_ other: Self) -> Bool {
    withUnsafeBytes { own in
      other.withUnsafeBytes { others in
        let count = Swift.min(own.count, others.count)
        guard count > 0, let first = own.baseAddress, let second = others.baseAddress else {
          return own.count < others.count
        }
        let order = memcmp(first, second, count)
        return order != 0 ? order < 0 : own.count < others.count
      }
    }
  }
}
