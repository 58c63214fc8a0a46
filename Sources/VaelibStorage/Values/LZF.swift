/// Undoes the compression of LibLZF, which h5py calls "lzf" (format: lzf_d.c of LibLZF 3.6).
///
/// The input is a row of pieces. A byte below 32 says that one more than so many bytes follow as they are. Any other
/// byte is three bits of a length, of which 7 stands for 7 plus the next byte, and the five high bits of a distance, whose
/// low eight bits follow: two more than that length are repeated from one more than that distance back.
enum LZF {
  /// How many bytes of `output` the input fills; nil if it is damaged or holds more.
  static func decompress(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int?
  {
    guard var source = StoredBytes(input), var target = DecodedBytes(output) else { return nil }
    while let control = source.next() {
      if control < 32 {
        guard target.append(control + 1, from: &source) else { return nil }
        continue
      }
      var count = control >> 5
      if count == 7 {
        guard let more = source.next() else { return nil }
        count += more
      }
      guard let low = source.next(), target.append(count + 2, fromBack: (control & 0x1F) << 8 + low + 1)
      else {
        return nil
      }
    }
    return target.count
  }
}
