import Testing

@testable import VaelibStorage

/// What chunks passed, undone; nothing is written beyond the memory that is given.
@Suite struct FilterTests {
  private func lzf(_ input: [UInt8], count: Int) -> [UInt8]? {
    // A byte more, which must stay as it is.
    var output = [UInt8](repeating: 0xEE, count: count + 1)
    let written = input.withUnsafeBytes { input in
      output.withUnsafeMutableBytes { LZF.decompress(input, into: .init(rebasing: $0[..<count])) }
    }
    #expect(output.last == 0xEE)
    return written.map { Array(output[..<$0]) }
  }

  @Test func piecesAndRepetitionsOfLZF() {
    // Three bytes as they are; five bytes from three back, which reach into themselves.
    let input: [UInt8] = [2, 1, 2, 3, 3 << 5, 2]
    #expect(lzf(input, count: 8) == [1, 2, 3, 1, 2, 3, 1, 2])
    #expect(lzf(input, count: 9) == [1, 2, 3, 1, 2, 3, 1, 2])
    for count in 0..<8 { #expect(lzf(input, count: count) == nil) }
    for count in [1, 2, 3, 5] { #expect(lzf(Array(input[..<count]), count: 8) == nil) }
    // A long repetition, and one from before the beginning.
    #expect(lzf([0, 7, 7 << 5, 1, 0], count: 100) == Array(repeating: 7, count: 11))
    #expect(lzf([0, 7, 1 << 5, 1], count: 100) == nil)
  }

  @Test(arguments: [1, 2, 3, 4, 8, 12])
  func shuffledElementsOfAnySize(_ elementBytes: Int) {
    let bytes = (0..<elementBytes * 9).map { UInt8($0) } + [251, 252, 253].prefix(elementBytes - 1)
    let elements = bytes.count / elementBytes
    var shuffled = bytes
    for index in 0..<elements * elementBytes {
      shuffled[index % elementBytes * elements + index / elementBytes] = bytes[index]
    }
    let shuffle = Shuffle(elementBytes: elementBytes, byteCount: bytes.count)
    var restored = [UInt8](repeating: 0, count: bytes.count)
    shuffled.withUnsafeBytes { source in
      restored.withUnsafeMutableBytes { shuffle.restore(source.baseAddress!, to: $0.baseAddress!) }
    }
    #expect(restored == bytes)
    var part = [UInt8](repeating: 0, count: 3 * elementBytes)
    shuffled.withUnsafeBytes { source in
      part.withUnsafeMutableBytes { shuffle.restore(4..<7, of: source.baseAddress!, to: $0.baseAddress!) }
    }
    #expect(part == Array(bytes[4 * elementBytes..<7 * elementBytes]))
  }

  @Test func fletchersChecksum() {
    func sum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes(FletcherChecksum.of) }
    // 0x0102 + 0x0304 = 0x0406; 0x0102 + 0x0406 = 0x0508.
    #expect(sum([1, 2, 3, 4]) == 0x0508_0406)
    #expect(sum([1, 2, 3]) == 0x0504_0402)
    #expect(sum([]) == 0)
    #expect(sum(Array(repeating: 0xFF, count: 300_000)) == 0xFFFF_FFFF)
    #expect([1, 2, 3, 4].withUnsafeBytes { FletcherChecksum.matches(.init(rebasing: $0[..<0]), 0) })
  }

  @Test func bitsOfNumbers() {
    [UInt8]([0b1011_0011, 0b0101_1111]).withUnsafeBytes { bytes in
      var reader = BitReader(bytes)
      #expect(reader.hasBits(8, times: 2) && !reader.hasBits(17, times: 1))
      #expect([reader.next(3), reader.next(7), reader.next(6)] == [0b101, 0b100_1101, 0b01_1111])
      #expect(!reader.hasBits(1, times: 1) && !reader.hasBits(.max, times: 2))
    }
  }

  private func decode(
    _ filters: [Filter], _ stored: [UInt8], chunkBytes: Int, skipping: UInt32 = 0
  ) -> [UInt8]? {
    var decoder = ChunkDecoder(filters, chunkBytes: chunkBytes, elementBytes: 2)!
    return stored.withUnsafeBytes { stored in
      guard let content = try? decoder.decode(stored, skipping: skipping, directlyTo: nil) else { return nil }
      guard let shuffle = content.shuffle else {
        return Array(UnsafeRawBufferPointer(start: content.base, count: chunkBytes))
      }
      var bytes = [UInt8](repeating: 0, count: chunkBytes)
      bytes.withUnsafeMutableBytes { shuffle.restore(content.base, to: $0.baseAddress!) }
      return bytes
    }
  }

  @Test func filtersAreUndoneFromTheLastToTheFirst() {
    let shuffle = Filter(number: 2, values: [2])
    let lzf = Filter(number: 32_000, values: [])
    let fletcher = Filter(number: 3, values: [])
    #expect(decode([shuffle, lzf], [3, 1, 3, 2, 4], chunkBytes: 4) == [1, 2, 3, 4])
    #expect(decode([shuffle, lzf], [1, 2, 3, 4], chunkBytes: 4, skipping: 3) == [1, 2, 3, 4])
    #expect(decode([shuffle, lzf], [1, 3, 2, 4], chunkBytes: 4, skipping: 2) == [1, 2, 3, 4])
    #expect(decode([fletcher], [1, 2, 3, 4, 6, 4, 8, 5], chunkBytes: 4) == [1, 2, 3, 4])
    #expect(decode([fletcher], [1, 2, 3, 5, 6, 4, 8, 5], chunkBytes: 4) == nil)
    for count in 0..<8 {
      #expect(decode([fletcher], Array([1, 2, 3, 4, 6, 4, 8, 5][..<count]), chunkBytes: 4) == nil)
    }
    for chunkBytes in [3, 5] {
      #expect(decode([lzf], [3, 1, 3, 2, 4], chunkBytes: chunkBytes) == nil)
      #expect(decode([], [1, 3, 2, 4], chunkBytes: chunkBytes) == nil)
    }
  }
}
