import CDeflate

/// CRC-32 as zlib, PNG and gzip define it: reflected polynomial 0xEDB88320, initial value and final inversion all ones.
enum Checksum {
  static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard let base = bytes.baseAddress else { return 0 }  // where libdeflate gives the initial value
    return libdeflate_crc32(0, base, bytes.count)
  }
}
