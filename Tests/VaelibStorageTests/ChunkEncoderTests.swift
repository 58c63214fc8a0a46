import Testing

@testable import VaelibStorage

@Suite struct ChunkEncoderTests {
  static let elementSizes = [1, 2, 4, 8]

  /// Undoes the filters that a growing dataset has.
  private func decoded(_ chunk: ChunkEncoder.Chunk, _ count: Int, _ elementBytes: Int, _ level: Int) throws
    -> [UInt8]?
  {
    let compression = [
      Filter(number: Filter.Known.shuffle.rawValue, values: [UInt32(elementBytes)]),
      Filter(number: Filter.Known.gzip.rawValue, values: [UInt32(level)]),
    ]
    let checksum = Filter(number: Filter.Known.fletcher32.rawValue, values: [])
    let filters = (level > 0 ? compression : []) + [checksum]
    guard var decoder = ChunkDecoder(filters, chunkBytes: count, elementBytes: elementBytes) else {
      return nil
    }
    let content = try decoder.decode(chunk.bytes, skipping: chunk.skipped, directlyTo: nil)
    var restored = [UInt8](repeating: 0, count: count)
    restored.withUnsafeMutableBytes { target in
      guard let base = target.baseAddress else { return }
      if let shuffle = content.shuffle {
        shuffle.restore(content.base, to: base)
      } else {
        base.copyMemory(from: content.base, byteCount: count)
      }
    }
    return restored
  }

  @Test(arguments: elementSizes, [0, 1, 4, 9])
  func decodingGivesTheValuesBack(_ elementBytes: Int, _ level: Int) throws {
    let count = 3000 * elementBytes
    let encoder = try #require(ChunkEncoder(level: level, chunkBytes: count, elementBytes: elementBytes))
    var generator = SystemRandomNumberGenerator()
    let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let ramp = (0..<count).map { UInt8(truncatingIfNeeded: ($0 / elementBytes) >> (8 * ($0 % elementBytes))) }
    for values in [noise, ramp, noise] {
      let chunk = values.withUnsafeBytes { encoder.encode($0.baseAddress!) }
      #expect(try decoded(chunk, count, elementBytes, level) == values)
      // What compression does not make smaller is stored without it.
      let isNoise = values == noise
      #expect(chunk.skipped == (level > 0 && isNoise ? 0b10 : 0))
      let whole = count + FletcherChecksum.byteCount
      if level == 0 || isNoise {
        #expect(chunk.bytes.count == whole)
      } else {
        #expect(chunk.bytes.count < whole / 2)
      }
    }
  }

  @Test(arguments: elementSizes)
  func chunksOfOneElement(_ elementBytes: Int) throws {
    let encoder = try #require(ChunkEncoder(level: 4, chunkBytes: elementBytes, elementBytes: elementBytes))
    let values = (0..<elementBytes).map { UInt8($0 + 1) }
    let chunk = values.withUnsafeBytes { encoder.encode($0.baseAddress!) }
    #expect(try decoded(chunk, elementBytes, elementBytes, 4) == values)
  }
}
