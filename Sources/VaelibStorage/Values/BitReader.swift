/// Numbers of any count of bits, one after the other, the highest bit first.
struct BitReader {
  private let bytes: UnsafeRawBufferPointer
  private var place = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  /// Whether so many numbers of so many bits follow.
  func hasBits(_ bits: Int, times count: Int) -> Bool {
    let (all, overflow) = bits.multipliedReportingOverflow(by: count)
    return !overflow && all <= 8 * bytes.count - place
  }

  /// The next number, of up to 64 bits, which follow.
  @inline(__always)
  mutating func next(_ bits: Int) -> UInt64 {
    // A number of so many bits is in the eight bytes from its first one on.
    guard (1...57).contains(bits), place >> 3 <= bytes.count - 8 else { return nextByBytes(bits) }
    let word = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: place >> 3, as: UInt64.self))
    let number = (word &<< UInt64(place & 7)) &>> UInt64(64 - bits)
    place += bits
    return number
  }

  /// How many zeros stand before the next one, which is skipped; nil if there is none.
  mutating func nextZeros() -> Int? {
    var zeros = 0
    while place >> 3 <= bytes.count - 8 {
      let word = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: place >> 3, as: UInt64.self))
      let rest = word &<< UInt64(place & 7)
      if rest != 0 {
        place += rest.leadingZeroBitCount + 1
        return zeros + rest.leadingZeroBitCount
      }
      zeros += 64 - place & 7
      place += 64 - place & 7
    }
    while place < 8 * bytes.count {
      if next(1) == 1 { return zeros }
      zeros += 1
    }
    return nil
  }

  private mutating func nextByBytes(_ bits: Int) -> UInt64 {
    var (word, missing) = (UInt64(0), bits)
    while missing > 0 {
      let left = 8 - place % 8
      let taken = min(left, missing)
      let part = bytes[place / 8] >> UInt8(left - taken) & UInt8(truncatingIfNeeded: 1 << taken - 1)
      word = word << UInt64(taken) | UInt64(part)
      place += taken
      missing -= taken
    }
    return word
  }
}
