import Testing

@testable import VaelibStorage

/// LZ4 blocks, HDF5's chunks of them, and the copies that all such decoders make.
@Suite struct LZ4Tests {
  typealias Decode = (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> Int?

  /// What a decoder makes of a stream, in memory of so many bytes.
  static func restored(_ input: [UInt8], _ count: Int, _ decode: Decode) -> [UInt8]? {
    var output = [UInt8](repeating: 0xEE, count: count)
    let written = input.withUnsafeBytes { input in output.withUnsafeMutableBytes { decode(input, $0) } }
    return written.map { Array(output[..<$0]) }
  }

  /// 3 bytes as they are, 29 from 3 back, 5 as they are.
  static let block: [UInt8] = [0x3F, 1, 2, 3, 3, 0, 10, 0x50, 4, 5, 6, 7, 8]
  static let content: [UInt8] = (0..<32).map { UInt8($0 % 3 + 1) } + [4, 5, 6, 7, 8]
  /// `block`, then 8 bytes as they are.
  static let chunk: [UInt8] =
    [0, 0, 0, 0, 0, 0, 0, 45, 0, 0, 0, 37, 0, 0, 0, 13] + block + [0, 0, 0, 8, 9, 8, 7, 6, 5, 4, 3, 2]

  @Test func sequencesOfBlocks() {
    #expect(Self.restored(Self.block, 37, LZ4.decompress) == Self.content)
    #expect(Self.restored(Self.block, 99, LZ4.decompress) == Self.content)
    for count in 0..<37 { #expect(Self.restored(Self.block, count, LZ4.decompress) == nil) }
    for count in 0..<13 {
      // Behind its first bytes a block may end.
      let expected: [UInt8]? = count == 4 ? [1, 2, 3] : nil
      #expect(Self.restored(Array(Self.block[..<count]), 37, LZ4.decompress) == expected)
    }
    #expect(Self.restored([0], 1, LZ4.decompress) == [])
    // 15 + 255 + 30 bytes as they are.
    let long = [UInt8](repeating: 7, count: 300)
    #expect(Self.restored([0xF0, 255, 30] + long, 300, LZ4.decompress) == long)
    // No distance, and one from before the beginning.
    #expect(Self.restored([0x10, 1, 0, 0, 0x10, 1], 99, LZ4.decompress) == nil)
    #expect(Self.restored([0x10, 1, 2, 0, 0x10, 1], 99, LZ4.decompress) == nil)
    #expect(Self.restored([0x10, 1, 1, 0, 0x10, 2], 99, LZ4.decompress) == [1, 1, 1, 1, 1, 2])
  }

  @Test func blocksOfChunks() {
    let content = Self.content + [9, 8, 7, 6, 5, 4, 3, 2]
    #expect(Self.restored(Self.chunk, 45, LZ4Chunk.decompress) == content)
    #expect(Self.restored(Self.chunk + [1, 2, 3], 45, LZ4Chunk.decompress) == content)
    #expect(Self.restored(Self.chunk, 44, LZ4Chunk.decompress) == nil)
    for count in Self.chunk.indices {
      #expect(Self.restored(Array(Self.chunk[..<count]), 45, LZ4Chunk.decompress) == nil)
    }
    // Sizes that are negative, too great or zero.
    for (place, value) in [(0, 0x80), (0, 0x7F), (8, 0xFF), (11, 0), (12, 0xFF), (15, 37)] as [(Int, UInt8)] {
      var damaged = Self.chunk
      damaged[place] = value
      #expect(Self.restored(damaged, 45, LZ4Chunk.decompress) == nil, "\(place)")
    }
  }

  @Test func repetitionsReachIntoThemselves() throws {
    for distance in 1...40 {
      for count in 1...90 {
        for room in [0, 3, 15, 16, 40] {
          let memory = GuardedBytes(count: distance + count + room, .atEnd)
          var target = try #require(DecodedBytes(memory.bytes))
          let first = (0..<distance).map { UInt8($0) }
          try first.withUnsafeBytes { bytes in
            var source = try #require(StoredBytes(bytes))
            let isAppended = target.append(distance, from: &source)
            #expect(isAppended && source.rest == 0)
          }
          for (count, distance) in [(count, distance + 1), (count, 0), (count + room + 1, distance)] {
            let isAppended = target.append(count, fromBack: distance)
            #expect(!isAppended)
          }
          let isAppended = target.append(count, fromBack: distance)
          #expect(isAppended && target.room == room)
          #expect((0..<distance + count).allSatisfy { memory.bytes[$0] == UInt8($0 % distance) })
        }
      }
    }
  }
}
