/// CRC-32 as zlib, PNG and gzip define it: reflected polynomial 0xEDB88320, initial value and final inversion all ones.
///
/// Fed with 32-bit words, each standing for its four little-endian bytes, so that the result is the same on any machine.
struct Checksum {
  private var state = UInt32.max

  /// The checksum of everything added so far.
  var value: UInt32 { ~state }

  mutating func add(_ values: [Float]) {
    var state = self.state
    Self.tables.withUnsafeBufferPointer { tables in
      for value in values {
        let word = state ^ value.bitPattern
        state =
          tables[Int(0x300 | word & 0xFF)] ^ tables[Int(0x200 | word >> 8 & 0xFF)]
          ^ tables[Int(0x100 | word >> 16 & 0xFF)] ^ tables[Int(word >> 24)]
      }
    }
    self.state = state
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
