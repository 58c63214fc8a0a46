import Testing

@testable import VaelibStorage

@Suite struct ChecksumTests {
  /// The published check value of CRC-32 is that of "123456789"; of its first eight bytes zlib.crc32 gives 0x9AE0DAAF.
  @Test func agreesWithZlib() {
    var checksum = Checksum()
    #expect(checksum.value == 0)
    checksum.add([Float(bitPattern: 0x3433_3231), Float(bitPattern: 0x3837_3635)])
    #expect(checksum.value == 0x9AE0_DAAF)
  }

  @Test func partsGiveTheWhole() {
    var whole = Checksum()
    whole.add([1, 2, 3])
    var parts = Checksum()
    parts.add([1])
    parts.add([])
    parts.add([2, 3])
    #expect(whole.value == parts.value)
  }
}
