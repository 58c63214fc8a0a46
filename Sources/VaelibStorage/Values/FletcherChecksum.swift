/// The checksum of HDF5's filter of that name: Fletcher's with 32 bits, over words of 16 bits, the high byte first.
enum FletcherChecksum {
  static let byteCount = 4
  /// Sums of so many words, added to what is left of 16 bits, stay far below 64 bits.
  private static let blockWords = 1 << 16

  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard let base = bytes.baseAddress else { return 0 }
    var (low, high) = (UInt64(0), UInt64(0))
    let words = bytes.count / 2
    for first in stride(from: 0, to: words, by: blockWords) {
      for index in first..<min(first + blockWords, words) {
        low &+= UInt64((base + 2 &* index).loadUnaligned(as: UInt16.self).bigEndian)
        high &+= low
      }
      (low, high) = (folded(low), folded(high))
    }
    if bytes.count % 2 == 1 {
      low = folded(low + UInt64(bytes[bytes.count - 1]) << 8)
      high = folded(high + low)
    }
    return UInt32(high) << 16 | UInt32(low)
  }

  /// Whether `stored` is the checksum of `bytes`, or what old libraries on little-endian machines took for it, whose words
  /// had their bytes exchanged.
  static func matches(_ bytes: UnsafeRawBufferPointer, _ stored: UInt32) -> Bool {
    let sum = of(bytes)
    let exchanged = (sum & 0x00FF_00FF) << 8 | (sum >> 8) & 0x00FF_00FF
    return stored == sum || stored == exchanged
  }

  /// The sum modulo 65535, in which 65535 may stand for 0, as carries are added again.
  private static func folded(_ sum: UInt64) -> UInt64 {
    var sum = sum
    while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
    return sum
  }
}
