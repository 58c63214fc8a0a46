/// How a floating-point number is stored: where its sign, exponent and mantissa are.
struct RealFormat: Equatable {
  enum ByteOrder {
    case little
    case big
    /// That of VAX computers, or one that is not known.
    case other
  }

  let byteOrder: ByteOrder
  let offset: Int
  let precision: Int
  let sign: Int
  let exponent: Range<Int>
  let mantissa: Range<Int>
  let exponentBias: Int
  /// 2: the first bit of the mantissa is 1 and not stored.
  let normalization: Int

  /// Whether this is IEEE 754's format of 2, 4 or 8 bytes, in one of the two usual orders of bytes.
  func isIEEE(byteCount: Int) -> Bool {
    let exponentBits: Int
    switch byteCount {
    case 2: exponentBits = 5
    case 4: exponentBits = 8
    case 8: exponentBits = 11
    default: return false
    }
    let mantissaBits = 8 * byteCount - 1 - exponentBits
    return byteOrder != .other && offset == 0 && precision == 8 * byteCount && sign == precision - 1
      && mantissa == 0..<mantissaBits && exponent == mantissaBits..<precision - 1
      && exponentBias == 1 << (exponentBits - 1) - 1 && normalization == 2
  }

  /// Sign, exponent and mantissa are inside the value's bytes, apart from each other.
  init(_ cursor: inout MetadataCursor, _ byteCount: Int, _ bits: Int) throws(StorageError) {
    switch (bits & 0x01, bits >> 6 & 0x01) {
    case (0, 0): byteOrder = .little
    case (1, 0): byteOrder = .big
    default: byteOrder = .other
    }
    normalization = bits >> 4 & 0x03
    sign = bits >> 8 & 0xFF
    offset = try cursor.integer(2)
    precision = try cursor.integer(2)
    let (exponentBegin, exponentBits) = (try cursor.byte(), try cursor.byte())
    let (mantissaBegin, mantissaBits) = (try cursor.byte(), try cursor.byte())
    exponentBias = try cursor.integer(4)
    exponent = exponentBegin..<exponentBegin + exponentBits
    mantissa = mantissaBegin..<mantissaBegin + mantissaBits
    let end = offset + precision
    try cursor.require(precision > 0 && end <= 8 * byteCount && sign < end)
    try cursor.require(!exponent.isEmpty && !mantissa.isEmpty)
    try cursor.require(exponent.upperBound <= end && mantissa.upperBound <= end)
    try cursor.require(!exponent.overlaps(mantissa) && !exponent.contains(sign) && !mantissa.contains(sign))
  }
}
