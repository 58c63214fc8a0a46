import Glibc
import Testing

@testable import VaelibStorage

/// Damaged streams: whatever a decoder is given, it reads nothing but its input, writes nothing but its output, and says
/// how much it wrote.
@Suite struct DecoderBoundTests {
  typealias Decode = (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> Int?

  /// A decoder, a stream that it undoes, and to how many bytes.
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let stream: [UInt8]
    let byteCount: Int
    let makeDecode: @Sendable () -> Decode

    init(_ name: String, _ stream: [UInt8], _ byteCount: Int, _ makeDecode: @escaping @Sendable () -> Decode)
    {
      (testDescription, self.stream, self.byteCount, self.makeDecode) = (name, stream, byteCount, makeDecode)
    }
  }

  static let cases = [
    // zlib.compress(b"vaelib " * 12, 9) in Python.
    Case(
      "gzip",
      [
        0x78, 0xDA, 0x2B, 0x4B, 0x4C, 0xCD, 0xC9, 0x4C, 0x52,
        0x28, 0xA3, 0x26, 0x05, 0x00, 0x2D, 0x49, 0x1E, 0xE5,
      ], 84
    ) {
      let decompressor = Decompressor()!
      return { decompressor.decompress($0, into: $1) }
    },
    Case("LZF", [2, 1, 2, 3, 3 << 5, 2, 7 << 5, 40, 1, 0, 9], 8 + 49 + 1) { LZF.decompress },
    Case("scale-offset", [5, 0, 0, 0, 8] + Array(repeating: 3, count: 16) + (0..<20).map { $0 &* 37 }, 128) {
      let parameters: [UInt32] = [2, 0, 32, 0, 4, 0, 0, 0]
      return { input, output in
        let scale = ScaleOffset(parameters, chunkBytes: output.count, elementBytes: 4)
        return scale?.restore(input, into: output.baseAddress!) == true ? output.count : nil
      }
    },
    // Elements of 8 bytes: 11 bits of a big-endian number, two characters, an array of one number of 20 bits.
    Case("n-bit", (0..<47).map { $0 &* 37 }, 64) {
      let parameters: [UInt32] = [23, 0, 8, 3, 8, 3, 0, 1, 2, 1, 11, 3, 2, 4, 2, 4, 2, 3, 1, 3, 0, 20, 2]
      return NBitTests.decode(parameters)
    },
    Case("LZ4", LZ4Tests.block, 37) { LZ4.decompress },
    Case("chunk of LZ4", LZ4Tests.chunk, 45) { LZ4Chunk.decompress },
    Case("bitshuffle", (0..<38).map { $0 &* 37 }, 38) { BitShuffleTests.decode([0, 4, 2, 8, 0]) },
    Case("bitshuffle and LZ4", BitShuffleTests.chunk, 38) { BitShuffleTests.decode([0, 4, 2, 0, 2]) },
    Case("szip", SzipTests.twoLines, 10) { SzipTests.decode(SzipTests.plain) },
    Case(
      "szip, predicted", SzipTests.chunk(16, "010 01100100 001 01 000001 010 000 0 1 000 0 00000001 00001"),
      16
    ) { SzipTests.decode(SzipTests.predicted) },
    Case("szip, bytes apart", SzipTests.chunk(32, String(repeating: "000 0 01100100 00001", count: 4)), 32) {
      SzipTests.decode([4 | 32, 4, 32, 8])
    },
    Case("BloscLZ", BloscTests.stream, 58) { BloscLZ.decompress },
    Case("blosc, bytes shuffled", BloscTests.chunk(flags: 1 << 5 | 1), 266) { BloscTests.decode },
    Case("blosc, bits shuffled", BloscTests.chunk(flags: 1 << 5 | 4), 266) { BloscTests.decode },
  ]

  @Test(arguments: cases)
  func wholeStreamsFillTheirOutput(_ item: Case) {
    #expect(result(item.stream, item.byteCount, item.makeDecode(), Memory()) == item.byteCount)
  }

  @Test(arguments: cases)
  func piecesOfStreamsAndOtherSizesStayInside(_ item: Case) {
    let (decode, memory) = (item.makeDecode(), Memory())
    for count in item.stream.indices { result(Array(item.stream[..<count]), item.byteCount, decode, memory) }
    for count in 1..<item.byteCount { result(item.stream, count, decode, memory) }
    result(item.stream, 3 * item.byteCount, decode, memory)
  }

  @Test(arguments: cases)
  func damagedStreamsStayInside(_ item: Case) {
    let (decode, memory) = (item.makeDecode(), Memory())
    var random = SystemRandomNumberGenerator()
    for place in item.stream.indices {
      for value in UInt8.min...UInt8.max {
        var damaged = item.stream
        damaged[place] = value
        result(damaged, item.byteCount, decode, memory)
      }
    }
    for _ in 0..<5_000 {
      var damaged = item.stream
      for _ in 0..<Int.random(in: 2...6, using: &random) {
        damaged[Int.random(in: damaged.indices, using: &random)] = .random(in: 0...255, using: &random)
      }
      result(damaged, item.byteCount, decode, memory)
      let noise = (0..<Int.random(in: 1...80, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      result(noise, item.byteCount, decode, memory)
    }
  }

  /// Guarded bytes that were used before; a stream and its output of as many bytes have their own.
  private final class Memory {
    private var kept: [Key: GuardedBytes] = [:]

    private struct Key: Hashable {
      let count: Int
      let side: GuardedBytes.Side
      let isOutput: Bool
    }

    func bytes(_ count: Int, _ side: GuardedBytes.Side, isOutput: Bool) -> GuardedBytes {
      let key = Key(count: count, side: side, isOutput: isOutput)
      let bytes = kept[key] ?? GuardedBytes(count: count, side)
      kept[key] = bytes
      return bytes
    }
  }

  /// What a decoder says of a stream, with its memory at either side of what must not be touched.
  @discardableResult
  private func result(
    _ stream: [UInt8], _ byteCount: Int, _ decode: Decode, _ memory: Memory,
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> Int? {
    var results: [Int?] = []
    for side in GuardedBytes.Side.allCases {
      let (input, output) = (
        memory.bytes(stream.count, side, isOutput: false), memory.bytes(byteCount, side, isOutput: true)
      )
      input.bytes.copyBytes(from: stream)
      results.append(decode(UnsafeRawBufferPointer(input.bytes), output.bytes))
    }
    #expect(results[0] == results[1], "\(stream)", sourceLocation: sourceLocation)
    #expect((0...byteCount).contains(results[0] ?? 0), "\(stream)", sourceLocation: sourceLocation)
    return results[0]
  }
}
