import Testing

@testable import VaelibStorage

/// Blosc's own compression and its chunks.
@Suite struct BloscTests {
  /// 3 bytes as they are, 5 from 3 back, 49 from 2 back, 1 as it is. Of the first byte only five bits count.
  static let stream: [UInt8] = [1 << 5 | 2, 1, 2, 3, 3 << 5, 2, 7 << 5, 40, 1, 0, 9]

  @Test func piecesAndRepetitionsOfBloscLZ() {
    let content: [UInt8] = [1, 2, 3, 1, 2, 3, 1, 2] + (0..<49).map { $0 % 2 == 0 ? 1 : 2 } + [9]
    #expect(LZ4Tests.restored(Self.stream, 58, BloscLZ.decompress) == content)
    for count in 0..<58 { #expect(LZ4Tests.restored(Self.stream, count, BloscLZ.decompress) == nil) }
    for count in [0, 2, 3, 5, 7, 8, 10] {
      #expect(LZ4Tests.restored(Array(Self.stream[..<count]), 58, BloscLZ.decompress) == nil, "\(count)")
    }
    // 20 bytes from 8192 + 256 + 3 back, where 9000 bytes are.
    let bytes = (0..<9000).map { UInt8(truncatingIfNeeded: $0 * $0 / 7) }
    let literals = stride(from: 0, to: 9000, by: 30).flatMap { [29] + bytes[$0..<$0 + 30] }
    let far = literals + [7 << 5 | 31, 11, 255, 1, 3]
    #expect(LZ4Tests.restored(far, 9020, BloscLZ.decompress) == bytes + bytes[549..<569])
    // The greatest near distance, and one from before the beginning.
    let near = literals + [1 << 5 | 31, 254]
    #expect(LZ4Tests.restored(near, 9003, BloscLZ.decompress) == bytes + bytes[809..<812])
    #expect(LZ4Tests.restored(literals + [1 << 5 | 31, 255, 10, 0], 9003, BloscLZ.decompress) == nil)
  }

  /// Little-endian bytes.
  private static func bytes(_ numbers: Int...) -> [UInt8] {
    numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
  }

  /// LZ4's 1 byte as it is, 122 from there, 5 as they are: 128.
  private static let lz4: [UInt8] = [0x1F, 7, 1, 0, 103, 0x50, 1, 2, 3, 4, 5]

  /// A block of two streams of `lz4`, and one of 10 bytes as they are.
  static func chunk(flags: UInt8, version: UInt8 = 2) -> [UInt8] {
    let first = bytes(11) + lz4 + bytes(11) + lz4
    return [version, 1, flags, 2] + bytes(266, 256, 68) + bytes(24, 54) + first + bytes(10) + (0..<10)
  }

  static func decode(_ input: UnsafeRawBufferPointer, _ output: UnsafeMutableRawBufferPointer) -> Int? {
    guard var codecs = Codecs() else { return nil }
    return BloscChunk.decompress(input, into: output, with: &codecs)
  }

  private func restored(_ chunk: [UInt8], _ count: Int = 266) -> [UInt8]? {
    LZ4Tests.restored(chunk, count, Self.decode)
  }

  @Test func streamsOfBlocks() {
    let stream = [UInt8](repeating: 7, count: 123) + [1, 2, 3, 4, 5]
    #expect(restored(Self.chunk(flags: 1 << 5)) == stream + stream + (0..<10))
    let elements = stream.flatMap { [$0, $0] }
    #expect(restored(Self.chunk(flags: 1 << 5 | 1)) == elements + [0, 5, 1, 6, 2, 7, 3, 8, 4, 9])
    #expect(restored(Self.chunk(flags: 1 << 5) + [1], 300) == stream + stream + (0..<10))
    // Five elements are no eights.
    let bits = restored(Self.chunk(flags: 1 << 5 | 4))
    #expect(bits?[256...] == Array(0..<10)[...] && bits?[..<256] != (stream + stream)[...])
    for count in Self.chunk(flags: 1 << 5).indices {
      #expect(restored(Array(Self.chunk(flags: 1 << 5)[..<count])) == nil)
    }
    #expect(restored(Self.chunk(flags: 1 << 5), 265) == nil)
  }

  @Test func chunksThatAreAsTheyAre() {
    let chunk = [2, 1, 2, 4] + Self.bytes(5, 5, 21) + [1, 2, 3, 4, 5]
    #expect(restored(chunk) == [1, 2, 3, 4, 5])
    #expect(restored([2, 1, 2, 4] + Self.bytes(5, 5, 20) + [1, 2, 3, 4, 5]) == nil)
    #expect(restored([2, 1, 1, 4] + Self.bytes(0, 5, 16)) == [])
  }

  @Test func headsThatMakeNoSense() {
    // A codec that is not read, one from the future, another version, one stream where there are two.
    for flags in [2 << 5, 5 << 5, 1 << 5 | 8, 1 << 5 | 16] as [UInt8] {
      #expect(restored(Self.chunk(flags: flags)) == nil)
    }
    for version in [0, 1, 3] as [UInt8] {
      #expect(restored(Self.chunk(flags: 1 << 5, version: version)) == nil)
    }
    // Elements, blocks and chunks of no bytes or of too many, and blocks beyond the end or nowhere.
    for (place, value) in [
      (3, 0), (9, 0), (12, 67), (12, 69), (14, 1), (16, 200), (20, 66), (19, 0x80),
    ] {
      var chunk = Self.chunk(flags: 1 << 5)
      chunk[place] = UInt8(value)
      #expect(restored(chunk) == nil, "\(place) \(value)")
    }
  }

  @Test func noStreamIsReadTwice() {
    // Ten blocks that all are said to be the same one.
    let places = (0..<10).flatMap { _ in Self.bytes(56) }
    let stream = Self.bytes(11) + Self.lz4
    let chunk = [2, 1, 1 << 5 | 16, 1] + Self.bytes(1280, 128, 71) + places + stream
    #expect(restored(chunk, 1280) == nil)
    let one = [2, 1, 1 << 5 | 16, 1] + Self.bytes(128, 128, 35) + Self.bytes(20) + stream
    #expect(restored(one, 1280)?.count == 128)
  }
}
