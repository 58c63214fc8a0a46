import Testing

@testable import VaelibStorage

/// HDF5's filter szip: options of blocks, predictions, lines.
@Suite struct SzipTests {
  static func decode(_ parameters: [UInt32]) -> LZ4Tests.Decode {
    { Szip(parameters)?.decompress($0, into: $1) }
  }

  /// A chunk of so many bytes and the bits of a text, in which spaces mean nothing.
  static func chunk(_ byteCount: UInt8, _ bits: String) -> [UInt8] {
    let digits = bits.filter { $0 != " " }.map { $0 == "1" ? UInt8(1) : 0 }
    let bytes = stride(from: 0, to: digits.count, by: 8).map { first in
      (0..<8).reduce(UInt8(0)) { $0 << 1 | (first + $1 < digits.count ? digits[first + $1] : 0) }
    }
    return [byteCount, 0, 0, 0] + bytes
  }

  private func restored(_ parameters: [UInt32], _ byteCount: UInt8, _ bits: String) -> [UInt8]? {
    LZ4Tests.restored(Self.chunk(byteCount, bits), Int(byteCount), Self.decode(parameters))
  }

  /// Without predictions, blocks of 4, 8 bits, lines of 8.
  static let plain: [UInt32] = [4, 4, 8, 8]
  static let predicted: [UInt32] = [4 | 32, 4, 8, 8]
  /// As they are; 3, 0, 5, 1 above one low bit.
  private static let bits = "111 00000001 00000010 11111111 10000000  010 01 1 001 1 1011"
  /// A chunk of two lines, the last of half a block.
  static let twoLines = chunk(10, bits + "000 1 00001 1")

  @Test func optionsOfBlocks() {
    #expect(restored(Self.plain, 8, Self.bits) == [1, 2, 255, 128, 3, 0, 5, 1])
    // Pairs 4 and 0; the last of them.
    #expect(restored(Self.plain, 4, "000 1 00001 1") == [1, 1, 0, 0])
    let last = String(repeating: "0", count: 90) + "1"
    #expect(restored(Self.plain, 4, "000 1 1" + last) == [0, 0, 0, 12])
    #expect(restored(Self.plain, 4, "000 1 1 0" + last) == nil)
    // A block of zeros, two of them, all that are left; more than a line has.
    #expect(restored(Self.plain, 8, "000 0 1 001 01 1 1 1") == [0, 0, 0, 0, 1, 0, 0, 0])
    #expect(restored(Self.plain, 8, "000 0 01") == [UInt8](repeating: 0, count: 8))
    #expect(restored(Self.plain, 8, "000 0 00001") == [UInt8](repeating: 0, count: 8))
    #expect(restored(Self.plain, 8, "000 0 001") == nil)
    // The greatest number of 8 bits, and one more than that.
    #expect(restored(Self.plain, 4, "110 00000001 1 1 1 11111 00000 00000 00001") == [255, 0, 0, 1])
    #expect(restored(Self.plain, 4, "110 000000001 1 1 1 11111 00000 00000 00001") == nil)
  }

  @Test func predictions() {
    // 2 up, 2 down, 5 up; from 250 numbers lie no more than 5 above, from 3 no more than 3 below.
    #expect(restored(Self.predicted, 4, "010 01100100 001 01 000001 010") == [100, 102, 100, 105])
    #expect(restored(Self.predicted, 4, "010 11111010 0000001 01 1 010") == [250, 243, 241, 241])
    #expect(restored(Self.predicted, 4, "010 00000011 00001 001 1 111") == [3, 9, 6, 5])
    // The first sample stands for the first one of a pair, of a block as it is, and of zeros.
    #expect(restored(Self.predicted, 4, "000 1 01100100 00001 001") == [100, 99, 99, 98])
    #expect(restored(Self.predicted, 4, "111 01100100 00000010 00000010 00000001") == [100, 101, 102, 101])
    #expect(restored(Self.predicted, 8, "000 0 01100100 01") == [UInt8](repeating: 100, count: 8))
  }

  @Test func linesAndWhatFollowsThem() {
    let content: [UInt8] = [1, 2, 255, 128, 3, 0, 5, 1, 1, 1]
    #expect(LZ4Tests.restored(Self.twoLines, 10, Self.decode(Self.plain)) == content)
    #expect(LZ4Tests.restored(Self.twoLines + [1, 2], 12, Self.decode(Self.plain)) == content)
    #expect(LZ4Tests.restored(Self.twoLines, 9, Self.decode(Self.plain)) == nil)
    for count in Self.twoLines.indices {
      #expect(LZ4Tests.restored(Array(Self.twoLines[..<count]), 10, Self.decode(Self.plain)) == nil)
    }
  }

  @Test func parametersThatMakeNoSense() {
    #expect(Szip(Self.plain) != nil)
    for (place, value) in [(1, 0), (1, 3), (1, 34), (2, 0), (2, 25), (2, 33), (2, 65), (3, 0), (3, 4097)] {
      var parameters = Self.plain
      parameters[place] = UInt32(value)
      #expect(Szip(parameters) == nil, "\(place) \(value)")
    }
    #expect(Szip([4, 4, 8]) == nil)
  }
}
