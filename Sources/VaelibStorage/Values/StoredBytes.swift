/// Bytes that a decoder reads one after the other: nothing beyond their end.
struct StoredBytes {
  private let base: UnsafeRawPointer
  private let end: Int
  private var place = 0

  /// nil for no bytes.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return nil }
    self.base = base
    end = bytes.count
  }

  /// Bytes that follow.
  var rest: Int { end &- place }

  @inline(__always)
  mutating func next() -> Int? {
    guard place < end else { return nil }
    place &+= 1
    return Int(base.load(fromByteOffset: place &- 1, as: UInt8.self))
  }

  /// `start` and the sum of the next bytes up to the first below 255. A sum that is greater than `most` is not read to its
  /// end: that takes no time.
  @inline(__always)
  mutating func length(from start: Int, atMost most: Int) -> Int? {
    var length = start
    while true {
      guard length <= most, let more = next() else { return nil }
      length &+= more
      if more < 255 { return length }
    }
  }

  /// The next bytes; nil if there are fewer.
  @inline(__always)
  mutating func take(_ count: Int) -> UnsafeRawPointer? {
    guard count >= 0, count <= rest else { return nil }
    place &+= count
    return base + (place &- count)
  }

  /// The next bytes as a number, the lowest or the highest byte first.
  @inline(__always)
  mutating func littleEndian<Word: FixedWidthInteger & BitwiseCopyable>(_: Word.Type) -> Int? {
    guard let bytes = take(MemoryLayout<Word>.size) else { return nil }
    return Int(exactly: Word(littleEndian: bytes.loadUnaligned(as: Word.self)))
  }

  mutating func bigEndian<Word: FixedWidthInteger & BitwiseCopyable>(_: Word.Type) -> Int? {
    guard let bytes = take(MemoryLayout<Word>.size) else { return nil }
    return Int(exactly: Word(bigEndian: bytes.loadUnaligned(as: Word.self)))
  }
}
