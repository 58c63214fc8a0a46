/// Undoes the compression of LZ4 (format: lz4_Block_format.md of LZ4 1.9).
///
/// A block is a row of sequences. The first byte of one is two lengths of four bits: of bytes that follow as they are, and
/// of a repetition. 15 stands for 15 plus the next byte, and after 255 for that of one more. Behind the bytes is the
/// distance of the repetition, two bytes, then what its length lacks; it has four bytes more than the length. The last
/// sequence ends behind its bytes.
enum LZ4 {
  /// How many bytes of `output` a block fills; nil if it is damaged or holds more.
  static func decompress(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int?
  {
    guard var source = StoredBytes(input), var target = DecodedBytes(output) else { return nil }
    while let token = source.next() {
      guard let count = length(token >> 4, &source, atMost: target.room), target.append(count, from: &source)
      else { return nil }
      if source.rest == 0 { return target.count }
      guard let distance = source.littleEndian(UInt16.self),
        let count = length(token & 15, &source, atMost: target.room),
        target.append(count + 4, fromBack: distance)
      else { return nil }
    }
    return nil
  }

  /// A length that begins with four bits.
  @inline(__always)
  private static func length(_ bits: Int, _ source: inout StoredBytes, atMost most: Int) -> Int? {
    bits < 15 ? bits : source.length(from: 15, atMost: most)
  }
}
