import Glibc

/// Undoes the compression of LibLZF, which h5py calls "lzf" (format: lzf_d.c of LibLZF 3.6).
///
/// The input is a row of pieces. A byte below 32 says that one more than so many bytes follow as they are. Any other
/// byte is three bits of a length, of which 7 stands for 7 plus the next byte, and the five high bits of a distance, whose
/// low eight bits follow: two more than that length are repeated from one more than that distance back.
enum LZF {
  /// How many bytes of `output` the input fills; nil if it is damaged or holds more.
  static func decompress(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int?
  {
    guard let source = input.baseAddress, let target = output.baseAddress else { return nil }
    var (place, written) = (0, 0)
    while place < input.count {
      let control = Int(input[place])
      place += 1
      if control < 32 {
        let count = control + 1
        guard count <= input.count - place, count <= output.count - written else { return nil }
        memcpy(target + written, source + place, count)
        place += count
        written += count
        continue
      }
      var count = control >> 5
      if count == 7 {
        guard place < input.count else { return nil }
        count += Int(input[place])
        place += 1
      }
      count += 2
      guard place < input.count else { return nil }
      let distance = (control & 0x1F) << 8 + Int(input[place]) + 1
      place += 1
      guard distance <= written, count <= output.count - written else { return nil }
      // What is repeated may reach into itself, so it goes byte by byte.
      for index in written..<written + count {
        output[index] = output[index - distance]
      }
      written += count
    }
    return written
  }
}
