/// A datatype message (specification, section IV.A.2.d), as far as vaelib distinguishes types.
struct Datatype {
  let type: HDF5.StoredType
  /// Bytes of one value.
  let byteCount: Int

  init(_ cursor: MetadataCursor) throws(StorageError) {
    var cursor = cursor
    (type, byteCount) = try Self.read(&cursor)
  }

  private static func read(_ cursor: inout MetadataCursor) throws(StorageError) -> (HDF5.StoredType, Int) {
    let start = try cursor.byte()
    let bits = try cursor.integer(3)
    let byteCount = try cursor.integer(4)
    guard start >> 4 <= 3 else { throw newer("a type", start >> 4, cursor) }
    try cursor.require(start >> 4 >= 1 && byteCount > 0)
    switch start & 0x0F {
    case 0:
      try checkBits(&cursor, byteCount)
      return (
        bits & 0x08 != 0 ? .signedInteger(byteCount: byteCount) : .unsignedInteger(byteCount: byteCount),
        byteCount
      )
    case 1:
      try checkReal(&cursor, byteCount, signBit: bits >> 8 & 0xFF)
      return (.real(byteCount: byteCount), byteCount)
    case 2: return (.other("times"), byteCount)
    case 3: return (.text(byteCount: byteCount), byteCount)
    case 4: return (.other("bit fields"), byteCount)
    case 5: return (.other("opaque values"), byteCount)
    case 6: return (.other("compound values"), byteCount)
    case 7: return (.other("references"), byteCount)
    case 8:
      let type = try enumeration(&cursor, version: start >> 4, members: bits & 0xFFFF, byteCount)
      return (type, byteCount)
    case 9:
      return (.other(bits & 0x0F == 1 ? "variable-length strings" : "variable-length lists"), byteCount)
    case 10: return (.other("arrays as elements"), byteCount)
    default: throw cursor.damage
    }
  }

  static func newer(_ what: String, _ version: Int, _ cursor: MetadataCursor) -> StorageError {
    cursor.file.file.error(
      "was written for a newer HDF5: \(what) in it has version \(version); write it for an older one, in h5py with "
        + "libver=\"v110\" or less")
  }

  /// Where an integer's bits are: inside its bytes.
  private static func checkBits(_ cursor: inout MetadataCursor, _ byteCount: Int) throws(StorageError) {
    let offset = try cursor.integer(2)
    let precision = try cursor.integer(2)
    try cursor.require(precision > 0 && offset + precision <= 8 * byteCount)
  }

  /// Where sign, exponent and mantissa are: inside the value's bytes, apart from each other.
  private static func checkReal(
    _ cursor: inout MetadataCursor, _ byteCount: Int, signBit: Int
  ) throws(StorageError) {
    let offset = try cursor.integer(2)
    let precision = try cursor.integer(2)
    let (exponent, exponentBits) = (try cursor.byte(), try cursor.byte())
    let (mantissa, mantissaBits) = (try cursor.byte(), try cursor.byte())
    try cursor.skip(4)
    let end = offset + precision
    try cursor.require(precision > 0 && end <= 8 * byteCount && signBit < end)
    try cursor.require(exponentBits > 0 && mantissaBits > 0)
    try cursor.require(exponent + exponentBits <= end && mantissa + mantissaBits <= end)
    try cursor.require(exponent >= mantissa + mantissaBits || mantissa >= exponent + exponentBits)
    try cursor.require(!(exponent..<exponent + exponentBits).contains(signBit))
    try cursor.require(!(mantissa..<mantissa + mantissaBits).contains(signBit))
  }

  /// An enumeration of FALSE = 0 and TRUE = 1 in one byte is what h5py makes of booleans; no other is handed on.
  private static func enumeration(
    _ cursor: inout MetadataCursor, version: Int, members: Int, _ byteCount: Int
  ) throws(StorageError) -> HDF5.StoredType {
    let (base, baseBytes) = try read(&cursor)
    try cursor.require(baseBytes == byteCount)
    guard members == 2, byteCount == 1,
      [.signedInteger(byteCount: 1), .unsignedInteger(byteCount: 1)].contains(base)
    else { return .other("enumerated values") }
    var names: [String] = []
    for _ in 0..<2 { names.append(try name(&cursor, isPadded: version < 3)) }
    let values = (try cursor.byte(), try cursor.byte())
    let isBoolean =
      names == ["FALSE", "TRUE"] && values == (0, 1) || names == ["TRUE", "FALSE"] && values == (1, 0)
    return isBoolean ? .boolean : .other("enumerated values")
  }

  /// A text that ends with NUL, in older versions padded to a multiple of eight bytes.
  private static func name(_ cursor: inout MetadataCursor, isPadded: Bool) throws(StorageError) -> String {
    guard let end = cursor.bytes.firstIndex(of: 0) else { throw cursor.damage }
    let count = end - cursor.bytes.startIndex
    let text = String(decoding: try cursor.take(count), as: UTF8.self)
    try cursor.skip(isPadded ? (count + 8) / 8 * 8 - count : 1)
    return text
  }
}

extension HDF5.StoredType {
  /// Bytes of one number; 0 for what is no number.
  var byteCount: Int {
    switch self {
    case .signedInteger(let byteCount), .unsignedInteger(let byteCount), .real(let byteCount): byteCount
    case .boolean: 1
    case .text, .other: 0
    }
  }
}
