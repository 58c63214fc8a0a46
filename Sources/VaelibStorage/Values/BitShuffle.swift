import Glibc

/// The order of bits of the bitshuffle filter: of each byte of the elements the lowest bits, then the second ones, and so
/// on; eight elements make a byte of them, the first the lowest bit.
struct BitShuffle {
  let elementBytes: Int

  /// Puts `count` elements together, a multiple of eight.
  func restore(_ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, count: Int) {
    let groups = count / 8
    for byte in 0..<elementBytes {
      let rows = source + 8 * byte * groups
      for group in 0..<groups {
        var bits: UInt64 = 0
        for row in 0..<8 {
          let part = (rows + (row &* groups &+ group)).load(as: UInt8.self)
          bits |= UInt64(part) &<< UInt64(8 &* row)
        }
        let bytes = Self.transposed(bits)
        let place = target + (8 &* group &* elementBytes &+ byte)
        for element in 0..<8 {
          let value = UInt8(truncatingIfNeeded: bytes &>> UInt64(8 &* element))
          place.storeBytes(of: value, toByteOffset: element &* elementBytes, as: UInt8.self)
        }
      }
    }
  }

  /// Bit 8 i + j is bit 8 j + i of the argument (Warren, Hacker's Delight, section 7-3).
  @inline(__always)
  private static func transposed(_ bits: UInt64) -> UInt64 {
    var bits = bits
    for (shift, mask) in [
      (7, 0x00AA_00AA_00AA_00AA), (14, 0x0000_CCCC_0000_CCCC), (28, 0x0000_0000_F0F0_F0F0),
    ] as [(UInt64, UInt64)] {
      let changed = (bits ^ bits &>> shift) & mask
      bits ^= changed ^ changed &<< shift
    }
    return bits
  }
}
