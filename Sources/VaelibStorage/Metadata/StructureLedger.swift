/// Which bytes of a file were read as structure.
///
/// The structures of a valid file lie apart from each other. Where each byte is read once, the time and memory that
/// structure takes are bounded by the file's length, however often and from wherever the file leads to it.
struct StructureLedger {
  /// Bytes of the file that one entry of `pages` stands for, one bit each.
  private static let pageBytes = 1_024
  private var pages: [Int: SIMD16<UInt64>] = [:]

  /// Notes that these bytes are read; false if some of them were read before.
  mutating func claim(_ range: Range<Int>) -> Bool {
    var start = range.lowerBound
    while start < range.upperBound {
      let page = start / Self.pageBytes
      let end = min(range.upperBound, (page + 1) * Self.pageBytes)
      let first = page * Self.pageBytes
      guard Self.mark(start - first..<end - first, in: &pages[page, default: .zero]) else { return false }
      start = end
    }
    return true
  }

  private static func mark(_ range: Range<Int>, in page: inout SIMD16<UInt64>) -> Bool {
    for word in range.lowerBound / 64...(range.upperBound - 1) / 64 {
      let lowest = max(range.lowerBound - 64 * word, 0)
      let count = min(range.upperBound - 64 * word, 64) - lowest
      let bits = (UInt64.max >> UInt64(64 - count)) << UInt64(lowest)
      guard page[word] & bits == 0 else { return false }
      page[word] |= bits
    }
    return true
  }
}
