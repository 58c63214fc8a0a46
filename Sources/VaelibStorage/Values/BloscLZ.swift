/// Undoes the compression of BloscLZ, blosc's own (format: blosclz.c of C-Blosc 1.21).
///
/// The input is a row of pieces. A byte below 32 says that one more than so many bytes follow as they are. Any other byte
/// is three bits of a length, one too great, of which 7 stands for more bytes, the last of them below 255, that are
/// added; then the five high bits of a distance, whose low eight bits follow: three more than the length are repeated
/// from one more than the distance back. Where all bits of the distance are ones, two bytes follow, the high one first,
/// which are added to it. Of the first byte only the five low bits count: it begins with bytes as they are.
enum BloscLZ {
  private static let greatestNearDistance = 0x1FFF

  /// How many bytes of `output` the input fills; nil if it is damaged or holds more.
  static func decompress(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int?
  {
    guard var source = StoredBytes(input), var target = DecodedBytes(output), var control = source.next()
    else {
      return nil
    }
    control &= 0x1F
    while true {
      if control < 32 {
        guard target.append(control + 1, from: &source) else { return nil }
      } else {
        guard let count = length(control >> 5, &source, atMost: target.room),
          let distance = distance(control & 0x1F, &source), target.append(count, fromBack: distance)
        else { return nil }
      }
      guard let next = source.next() else { return target.count }
      control = next
    }
  }

  /// A length that begins with three bits.
  @inline(__always)
  private static func length(_ bits: Int, _ source: inout StoredBytes, atMost most: Int) -> Int? {
    bits < 7 ? bits + 2 : source.length(from: 9, atMost: most)
  }

  @inline(__always)
  private static func distance(_ high: Int, _ source: inout StoredBytes) -> Int? {
    guard let low = source.next() else { return nil }
    let distance = high << 8 + low
    guard distance == greatestNearDistance else { return distance + 1 }
    guard let high = source.next(), let low = source.next() else { return nil }
    return distance + high << 8 + low + 1
  }
}
