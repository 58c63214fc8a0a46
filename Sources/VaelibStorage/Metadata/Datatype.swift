/// A datatype message (specification, section IV.A.2.d): how a value is stored.
struct Datatype: Equatable {
  let kind: Kind
  /// Bytes of one value.
  let byteCount: Int

  indirect enum Kind: Equatable {
    case integer(Bits, isSigned: Bool)
    case real(RealFormat)
    case bits(Bits)
    case text(Padding)
    /// Text of any length, which stands in a heap.
    case variableText(Padding)
    /// Names for some values of an integer type.
    case enumeration(base: Datatype, members: [Member])
    case compound([Field])
    case array(element: Datatype, shape: [Int])
    /// Anything else, in the plural: "references".
    case other(String)
  }

  /// Which bits of a value count.
  struct Bits: Equatable {
    let isBigEndian: Bool
    let offset: Int
    let precision: Int
  }

  /// How the bytes behind a text are filled.
  enum Padding: Int {
    case nulTerminated = 0
    case nul = 1
    case space = 2
  }

  /// A name of an enumeration and its value, as many bytes as the base type has.
  struct Member: Equatable {
    let name: [UInt8]
    let value: [UInt8]
  }

  /// A part of a compound value, `offset` bytes behind its begin.
  struct Field: Equatable {
    let name: [UInt8]
    let offset: Int
    let type: Datatype
  }

  /// Types of parts of parts: no program needs as many.
  static let depthLimit = 16

  init(_ cursor: MetadataCursor) throws(StorageError) {
    var cursor = cursor
    try self.init(&cursor, depth: 0)
  }

  init(_ kind: Kind, byteCount: Int) {
    self.kind = kind
    self.byteCount = byteCount
  }

  /// Reads a type that may be followed by more.
  init(_ cursor: inout MetadataCursor, depth: Int) throws(StorageError) {
    guard depth < Self.depthLimit else {
      throw cursor.file.damaged("a type consists of types in more than \(Self.depthLimit) levels")
    }
    let start = try cursor.byte()
    let bits = try cursor.integer(3)
    byteCount = try cursor.integer(4)
    try cursor.require(start >> 4 >= 1 && byteCount > 0)
    let version = start >> 4
    guard version <= 5 else {
      kind = .other("values of a newer HDF5")
      return
    }
    switch start & 0x0F {
    case 0:
      kind = .integer(try Bits(&cursor, byteCount, isBigEndian: bits & 0x01 != 0), isSigned: bits & 0x08 != 0)
    case 1: kind = .real(try RealFormat(&cursor, byteCount, bits))
    case 2:
      try cursor.skip(2)
      kind = .other("times")
    case 3: kind = .text(try Self.padding(bits & 0x0F, cursor))
    case 4: kind = .bits(try Bits(&cursor, byteCount, isBigEndian: bits & 0x01 != 0))
    case 5:
      try cursor.skip(bits & 0xFF)
      kind = .other("opaque values")
    case 6:
      kind = try Self.compound(&cursor, version, fields: bits & 0xFFFF, byteCount, depth)
    case 7: kind = .other("references")
    case 8:
      kind = try Self.enumeration(&cursor, version, members: bits & 0xFFFF, byteCount, depth)
    case 9:
      _ = try Datatype(&cursor, depth: depth + 1)
      kind =
        bits & 0x0F == 1
        ? .variableText(try Self.padding(bits >> 4 & 0x0F, cursor)) : .other("variable-length lists")
    case 10: kind = try Self.array(&cursor, version, byteCount, depth)
    case 11:
      _ = try Datatype(&cursor, depth: depth + 1)
      kind = .other("complex numbers")
    default:
      // Later kinds come with later versions.
      try cursor.require(version > 3)
      kind = .other("values of a newer HDF5")
    }
  }

  static func newer(_ what: String, _ version: Int, _ cursor: MetadataCursor) -> StorageError {
    cursor.file.unread(
      "was written for a newer HDF5: \(what) in it has version \(version); write it for an older one, in h5py with "
        + "libver=\"v110\" or less")
  }

  private static func padding(_ number: Int, _ cursor: MetadataCursor) throws(StorageError) -> Padding {
    guard let padding = Padding(rawValue: number) else { throw cursor.damage }
    return padding
  }

  private static func enumeration(
    _ cursor: inout MetadataCursor, _ version: Int, members count: Int, _ byteCount: Int, _ depth: Int
  ) throws(StorageError) -> Kind {
    let base = try Datatype(&cursor, depth: depth + 1)
    guard case .integer = base.kind, base.byteCount == byteCount else { throw cursor.damage }
    var names: [[UInt8]] = []
    for _ in 0..<count { names.append(try name(&cursor, isPadded: version < 3)) }
    var members: [Member] = []
    for name in names { members.append(Member(name: name, value: Array(try cursor.take(byteCount)))) }
    return .enumeration(base: base, members: members)
  }

  private static func compound(
    _ cursor: inout MetadataCursor, _ version: Int, fields count: Int, _ byteCount: Int, _ depth: Int
  ) throws(StorageError) -> Kind {
    try cursor.require(count > 0)
    var fields: [Field] = []
    for _ in 0..<count {
      let name = try name(&cursor, isPadded: version < 3)
      let offset = try cursor.integer(version < 3 ? 4 : offsetBytes(byteCount))
      let shape = version == 1 ? try oldShape(&cursor) : []
      var type = try Datatype(&cursor, depth: depth + 1)
      if !shape.isEmpty { type = try Self.array(of: type, shape, cursor) }
      try cursor.require(type.byteCount <= byteCount && offset <= byteCount - type.byteCount)
      fields.append(Field(name: name, offset: offset, type: type))
    }
    return .compound(fields)
  }

  /// How many bytes an offset into a value of so many bytes takes.
  private static func offsetBytes(_ byteCount: Int) -> Int {
    (Int.bitWidth - byteCount.leadingZeroBitCount - 1) / 8 + 1
  }

  /// The axes that version 1 gives each field.
  private static func oldShape(_ cursor: inout MetadataCursor) throws(StorageError) -> [Int] {
    let rank = try cursor.byte()
    try cursor.require(rank <= 4)
    try cursor.skip(11)
    var shape: [Int] = []
    for _ in 0..<4 { shape.append(try cursor.integer(4)) }
    return Array(shape.prefix(rank))
  }

  private static func array(
    _ cursor: inout MetadataCursor, _ version: Int, _ byteCount: Int, _ depth: Int
  ) throws(StorageError) -> Kind {
    let rank = try cursor.byte()
    try cursor.require((1...32).contains(rank))
    if version < 3 { try cursor.skip(3) }
    var shape: [Int] = []
    for _ in 0..<rank { shape.append(try cursor.integer(4)) }
    if version < 3 { try cursor.skip(4 * rank) }
    let array = try array(of: try Datatype(&cursor, depth: depth + 1), shape, cursor)
    try cursor.require(array.byteCount == byteCount)
    return array.kind
  }

  private static func array(
    of element: Datatype, _ shape: [Int], _ cursor: MetadataCursor
  ) throws(StorageError) -> Datatype {
    guard let byteCount = product(shape + [element.byteCount]), byteCount > 0 else { throw cursor.damage }
    return Datatype(.array(element: element, shape: shape), byteCount: byteCount)
  }

  /// A text that ends with NUL, in older versions padded to a multiple of eight bytes.
  private static func name(_ cursor: inout MetadataCursor, isPadded: Bool) throws(StorageError) -> [UInt8] {
    guard let end = cursor.bytes.firstIndex(of: 0) else { throw cursor.damage }
    let count = end - cursor.bytes.startIndex
    let text = Array(try cursor.take(count))
    try cursor.skip(isPadded ? (count + 8) / 8 * 8 - count : 1)
    return text
  }
}

extension Datatype.Bits {
  /// Where the bits of a number are: inside its bytes.
  fileprivate init(_ cursor: inout MetadataCursor, _ byteCount: Int, isBigEndian: Bool) throws(StorageError) {
    self.isBigEndian = isBigEndian
    offset = try cursor.integer(2)
    precision = try cursor.integer(2)
    try cursor.require(precision > 0 && offset + precision <= 8 * byteCount)
  }
}
