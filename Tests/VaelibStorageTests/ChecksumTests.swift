import Testing

@testable import VaelibStorage

@Suite struct ChecksumTests {
  /// The published check value of CRC-32 is that of "123456789"; the others are zlib.crc32's.
  @Test(
    arguments: [
      ("", 0), ("1", 0x83DC_EFB7), ("123", 0x8848_63D2), ("12345678", 0x9AE0_DAAF),
      ("123456789", 0xCBF4_3926),
    ] as [(String, UInt32)])
  func agreesWithZlib(_ text: String, _ expected: UInt32) {
    #expect(Array(text.utf8).withUnsafeBytes { Checksum.crc32($0) } == expected)
  }

  @Test func piecesGiveTheChecksumOfTheWhole() {
    Array("123456789".utf8).withUnsafeBytes { bytes in
      for place in 0...bytes.count {
        let pieces = [bytes[..<place], bytes[place...]].map { UnsafeRawBufferPointer(rebasing: $0) }
        #expect(pieces.reduce(0) { Checksum.crc32($1, after: $0) } == 0xCBF4_3926)
      }
    }
  }
}
