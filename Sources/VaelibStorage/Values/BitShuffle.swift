import Glibc

/// The order of bits of the bitshuffle filter: of each byte of the elements the lowest bits, then the second ones, and so
/// on; eight elements make a byte of them, the first the lowest bit.
struct BitShuffle {
  let elementBytes: Int

  /// Puts `count` elements together, a multiple of eight.
  func restore(_ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, count: Int) {
    let groups = count / 8
    for byte in 0..<elementBytes {
      let (rows, places) = (source + 8 * byte * groups, target + byte)
      let whole = groups / 8 * 8
      for first in stride(from: 0, to: whole, by: 8) {
        let bits = EightRows { row in
          UInt64(littleEndian: (rows + (row &* groups &+ first)).loadUnaligned(as: UInt64.self))
        }
        store(bits.transposed(), groups: 8, to: places + 8 &* first &* elementBytes)
      }
      guard whole < groups else { continue }
      let bits = EightRows { row in
        var word: UInt64 = 0
        memcpy(&word, rows + (row &* groups &+ whole), groups &- whole)
        return UInt64(littleEndian: word)
      }
      store(bits.transposed(), groups: groups - whole, to: places + 8 &* whole &* elementBytes)
    }
  }

  /// Row i has a byte of element i of each group of eight.
  @inline(__always)
  private func store(_ bytes: EightRows, groups: Int, to target: UnsafeMutableRawPointer) {
    var place = target
    for group in 0..<groups {
      let shift = UInt64(8 &* group)
      let (even, odd) = (bytes.even &>> shift, bytes.odd &>> shift)
      for pair in 0..<4 {
        place.storeBytes(of: UInt8(truncatingIfNeeded: even[pair]), as: UInt8.self)
        (place + elementBytes).storeBytes(of: UInt8(truncatingIfNeeded: odd[pair]), as: UInt8.self)
        place += 2 &* elementBytes
      }
    }
  }
}

/// Eight words, as those of even and those of odd numbers.
private struct EightRows {
  private(set) var even: SIMD4<UInt64>
  private(set) var odd: SIMD4<UInt64>

  @inline(__always)
  init(_ row: (Int) -> UInt64) {
    even = SIMD4(row(0), row(2), row(4), row(6))
    odd = SIMD4(row(1), row(3), row(5), row(7))
  }

  /// In each byte: bit j of row i is bit i of row j (after Warren, Hacker's Delight, section 7-3).
  @inline(__always)
  func transposed() -> EightRows {
    var result = self
    // Rows 0, 2, 4, 6 with 1, 3, 5, 7; then 0, 4, 1, 5 with 2, 6, 3, 7; then 0, 2, 1, 3 with 4, 6, 5, 7.
    Self.exchange(&result.even, &result.odd, 1, 0x5555_5555_5555_5555)
    var (low, high) = (
      SIMD4(lowHalf: result.even.evenHalf, highHalf: result.odd.evenHalf),
      SIMD4(lowHalf: result.even.oddHalf, highHalf: result.odd.oddHalf)
    )
    Self.exchange(&low, &high, 2, 0x3333_3333_3333_3333)
    var (first, last) = (
      SIMD4(low[0], high[0], low[2], high[2]), SIMD4(low[1], high[1], low[3], high[3])
    )
    Self.exchange(&first, &last, 4, 0x0F0F_0F0F_0F0F_0F0F)
    result.even = SIMD4(lowHalf: first.lowHalf, highHalf: last.lowHalf)
    result.odd = SIMD4(lowHalf: first.highHalf, highHalf: last.highHalf)
    return result
  }

  @inline(__always)
  private static func exchange(
    _ first: inout SIMD4<UInt64>, _ second: inout SIMD4<UInt64>, _ shift: UInt64, _ mask: UInt64
  ) {
    let changed = (first &>> shift ^ second) & mask
    second ^= changed
    first ^= changed &<< shift
  }
}
