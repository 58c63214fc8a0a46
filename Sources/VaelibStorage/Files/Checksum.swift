import CDeflate

/// CRC-32 as zlib, PNG and gzip define it: reflected polynomial 0xEDB88320, initial value and final inversion all ones.
enum Checksum {
  /// The checksum of `bytes`, or of these after others, whose checksum is `previous`.
  static func crc32(_ bytes: UnsafeRawBufferPointer, after previous: UInt32 = 0) -> UInt32 {
    guard let base = bytes.baseAddress else { return previous }  // where libdeflate gives the initial value
    return libdeflate_crc32(previous, base, bytes.count)
  }
}
