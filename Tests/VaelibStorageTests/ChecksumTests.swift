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
    #expect(Array(text.utf8).withUnsafeBytes(Checksum.crc32) == expected)
  }
}
