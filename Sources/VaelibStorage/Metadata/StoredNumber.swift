/// How a number lies in the bytes of an element.
struct StoredNumber: Equatable {
  enum Kind: Equatable {
    case unsigned
    case signed
    case real(RealLayout)
  }

  let byteCount: Int
  let isBigEndian: Bool
  /// Which bits of an element, the lowest first, the number has; an integer leaves out what is besides.
  let bits: Range<Int>
  let kind: Kind

  /// An integer, a real number, a bit field or an enumeration, which is stored as its base; nil for other types, and for
  /// numbers that are stored as no present processor does.
  init?(_ type: Datatype) {
    guard (1...8).contains(type.byteCount) else { return nil }
    byteCount = type.byteCount
    switch type.kind {
    case .integer(let bits, let isSigned):
      self.bits = bits.offset..<bits.offset + bits.precision
      isBigEndian = bits.isBigEndian
      kind = isSigned ? .signed : .unsigned
    case .bits(let bits):
      self.bits = bits.offset..<bits.offset + bits.precision
      isBigEndian = bits.isBigEndian
      kind = .unsigned
    case .real(let format):
      guard format.byteOrder != .other, let layout = RealLayout(format) else { return nil }
      bits = 0..<8 * type.byteCount
      isBigEndian = format.byteOrder == .big
      kind = .real(layout)
    case .enumeration(let base, _):
      guard let number = StoredNumber(base) else { return nil }
      (bits, isBigEndian, kind) = (number.bits, number.isBigEndian, number.kind)
    case .text, .variableText, .compound, .array, .other: return nil
    }
  }
}

extension StoredNumber {
  /// The same integer with a sign or without.
  func withSign(_ isSigned: Bool) -> StoredNumber {
    StoredNumber(
      byteCount: byteCount, isBigEndian: isBigEndian, bits: bits, kind: isSigned ? .signed : .unsigned)
  }

  /// How it is given in memory.
  var type: HDF5.StoredType {
    switch kind {
    case .signed: .signedInteger(byteCount: byteCount)
    case .unsigned: .unsignedInteger(byteCount: byteCount)
    case .real: .real(byteCount: byteCount)
    }
  }

  private init(byteCount: Int, isBigEndian: Bool, bits: Range<Int>, kind: Kind) {
    self.byteCount = byteCount
    self.isBigEndian = isBigEndian
    self.bits = bits
    self.kind = kind
  }
}

/// Where sign, exponent and mantissa of a real number are, counted in bits from the lowest:
/// `(-1)^sign 2^(exponent - bias) 1.mantissa`, with infinities and numbers without the leading 1 as in IEEE 754.
struct RealLayout: Equatable {
  let sign: Int
  let exponent: Range<Int>
  let mantissa: Range<Int>
  let bias: Int

  static var half: RealLayout { RealLayout(sign: 15, exponent: 10..<15, mantissa: 0..<10, bias: 15) }
  static var single: RealLayout { RealLayout(sign: 31, exponent: 23..<31, mantissa: 0..<23, bias: 127) }
  static var double: RealLayout { RealLayout(sign: 63, exponent: 52..<63, mantissa: 0..<52, bias: 1023) }

  private init(sign: Int, exponent: Range<Int>, mantissa: Range<Int>, bias: Int) {
    self.sign = sign
    self.exponent = exponent
    self.mantissa = mantissa
    self.bias = bias
  }

  /// nil if a Double cannot hold all such numbers.
  init?(_ format: RealFormat) {
    guard format.normalization == 2, format.exponent.count <= 11, format.mantissa.count <= 52,
      format.sign < 64, format.exponentBias < 1 << format.exponent.count
    else { return nil }
    self.init(
      sign: format.sign, exponent: format.exponent, mantissa: format.mantissa, bias: format.exponentBias)
  }
}
