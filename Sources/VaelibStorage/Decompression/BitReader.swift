/// Reads bits, lowest first. `Inflate.inputSlack` bytes behind the input may be read as well.
struct BitReader {
  private var next: UnsafeRawPointer
  private let end: UnsafeRawPointer
  /// The bits at hand are the lowest `count`; above them stand bits of the bytes from `next` on.
  private var bits: UInt64 = 0
  private var count = 0

  init(_ start: UnsafeRawPointer, end: UnsafeRawPointer) {
    next = start
    self.end = end
  }

  /// Makes sure of 56 bits; false if the input has ended long ago.
  @inline(__always)
  mutating func refill() -> Bool {
    // Up to eight bytes are in hand but not used.
    if next > end + 8 { return false }
    refillOnceMore()
    return true
  }

  /// Makes sure of 56 bits, shortly after `refill`.
  @inline(__always)
  mutating func refillOnceMore() {
    bits |= UInt64(littleEndian: next.loadUnaligned(as: UInt64.self)) &<< UInt64(truncatingIfNeeded: count)
    next += 7 &- (count &>> 3)
    count |= 56
  }

  /// The next bits as a number, which stay.
  @inline(__always)
  func peek(_ width: Int) -> Int {
    Int(truncatingIfNeeded: bits & (1 &<< UInt64(truncatingIfNeeded: width) &- 1))
  }

  @inline(__always)
  mutating func skip(_ width: Int) {
    bits = bits &>> UInt64(truncatingIfNeeded: width)
    count &-= width
  }

  @inline(__always)
  mutating func take(_ width: Int) -> Int {
    let number = peek(width)
    skip(width)
    return number
  }

  /// Skips a symbol and the bits that belong to it; returns these.
  @inline(__always)
  mutating func takeExtra(_ entry: HuffmanTable.Entry) -> Int {
    let number = peek(entry.bits) &>> entry.codeBits
    skip(entry.bits)
    return number
  }

  /// The next bytes, from a byte's beginning; nil if there are not so many.
  mutating func alignedBytes(_ length: Int) -> UnsafePointer<UInt8>? {
    let start = next - (count &>> 3)
    guard start <= end, end - start >= length else { return nil }
    next = start + length
    bits = 0
    count = 0
    return start.assumingMemoryBound(to: UInt8.self)
  }
}
