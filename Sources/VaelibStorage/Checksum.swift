/// CRC-32 as zlib, PNG and gzip define it: reflected polynomial 0xEDB88320, initial value and final inversion all ones.
enum Checksum {
  /// The checksum of `bytes`. Four bytes are taken at a time, as one little-endian word, so that the result is the same
  /// on any machine.
  static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    var state = UInt32.max
    tables.withUnsafeBufferPointer { tables in
      var index = 0
      while index + 4 <= bytes.count {
        let word = state ^ UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self))
        state =
          tables[Int(0x300 | word & 0xFF)] ^ tables[Int(0x200 | word >> 8 & 0xFF)]
          ^ tables[Int(0x100 | word >> 16 & 0xFF)] ^ tables[Int(word >> 24)]
        index += 4
      }
      while index < bytes.count {
        state = state >> 8 ^ tables[Int((state ^ UInt32(bytes[index])) & 0xFF)]
        index += 1
      }
    }
    return ~state
  }

  /// Table t, at 256 * t, holds the effect of a byte that t further bytes follow.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 4 * 256)
    for index in 0..<256 {
      var value = UInt32(index)
      for _ in 0..<8 { value = value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
      tables[index] = value
    }
    for index in 256..<4 * 256 {
      let shorter = tables[index - 256]
      tables[index] = shorter >> 8 ^ tables[Int(shorter & 0xFF)]
    }
    return tables
  }()
}
