import Testing

@testable import VaelibStorage

/// The bitshuffle filter: the order of bits, and chunks of blocks.
@Suite struct BitShuffleTests {
  /// The order of bits by its definition.
  private func shuffled(_ bytes: [UInt8], _ elementBytes: Int) -> [UInt8] {
    let count = bytes.count / elementBytes
    var result = [UInt8](repeating: 0, count: bytes.count)
    for element in 0..<count {
      for bit in 0..<8 * elementBytes where bytes[element * elementBytes + bit / 8] >> (bit % 8) & 1 == 1 {
        result[bit * (count / 8) + element / 8] |= 1 << (element % 8)
      }
    }
    return result
  }

  private static func numbers(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 * $0 * 31 + $0) }
  }

  @Test(arguments: [1, 2, 3, 4, 8, 12])
  func elementsOfAnySize(_ elementBytes: Int) {
    for count in [8, 16, 128, 136] {
      let bytes = Self.numbers(count * elementBytes)
      let (source, target) = (
        GuardedBytes(shuffled(bytes, elementBytes), .atEnd), GuardedBytes(count: bytes.count, .atEnd)
      )
      BitShuffle(elementBytes: elementBytes).restore(
        source.bytes.baseAddress!, to: target.bytes.baseAddress!, count: count)
      #expect(Array(target.bytes) == bytes)
    }
  }

  static func decode(_ parameters: [UInt32]) -> LZ4Tests.Decode {
    { input, output in
      guard var codecs = Codecs() else { return nil }
      return BitshuffleChunk(parameters)?.decompress(input, into: output, with: &codecs)
    }
  }

  /// 16 elements of 2 bytes, LZ4's 1 byte as it is, 26 from there, 5 as they are; then 3 elements as they are.
  static let chunk: [UInt8] =
    [0, 0, 0, 0, 0, 0, 0, 38, 0, 0, 0, 32, 0, 0, 0, 11]
    + [0x1F, 7, 1, 0, 7, 0x50, 1, 2, 3, 4, 5] + [1, 2, 3, 4, 5, 6]

  @Test func blocksAndWhatIsLeft() {
    // The default block of 12-byte elements has 680 of them; of what is left, 5 are not shuffled.
    let bytes = Self.numbers((680 + 24 + 5) * 12)
    let parts = [0..<680, 680..<704].map {
      shuffled(Array(bytes[12 * $0.lowerBound..<12 * $0.upperBound]), 12)
    }
    let stored = parts[0] + parts[1] + bytes[(704 * 12)...]
    for parameters in [[0, 4, 12], [0, 4, 12, 0], [0, 4, 12, 680, 0]] as [[UInt32]] {
      #expect(LZ4Tests.restored(stored, bytes.count, Self.decode(parameters)) == bytes)
    }
    #expect(LZ4Tests.restored(stored, bytes.count, Self.decode([0, 4, 12, 688, 0])) != bytes)
    // Half an element, more than there is room for, no block of eights, no size.
    #expect(LZ4Tests.restored(stored + [1], bytes.count + 12, Self.decode([0, 4, 12])) == nil)
    #expect(LZ4Tests.restored(stored, bytes.count - 12, Self.decode([0, 4, 12])) == nil)
    for parameters in [[0, 4, 12, 4, 0], [0, 4, 0, 8, 0], [0, 4, 12, 680, 1], [0, 4]] as [[UInt32]] {
      #expect(LZ4Tests.restored(stored, bytes.count, Self.decode(parameters)) == nil)
    }
  }

  @Test func compressedBlocks() {
    let decode = Self.decode([0, 4, 2, 0, 2])
    let restored = LZ4Tests.restored(Self.chunk, 38, decode)
    #expect(
      restored.map { shuffled(Array($0[..<32]), 2) } == [UInt8](repeating: 7, count: 27) + [1, 2, 3, 4, 5])
    #expect(restored?[32...] == [1, 2, 3, 4, 5, 6])
    #expect(LZ4Tests.restored(Self.chunk + [1], 38, decode) == restored)
    for count in Self.chunk.indices {
      #expect(LZ4Tests.restored(Array(Self.chunk[..<count]), 38, decode) == nil)
    }
    // Sizes that are negative, too great, of half an element, of no eights, or zero.
    for (place, value) in [(0, 0x80), (7, 40), (7, 39), (11, 33), (11, 24), (11, 0)]
      as [(Int, UInt8)]
    {
      var damaged = Self.chunk
      damaged[place] = value
      #expect(LZ4Tests.restored(damaged, 38, decode) == nil, "\(place) \(value)")
    }
  }
}
