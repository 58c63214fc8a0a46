import Testing

@testable import VaelibStorage

@Suite struct DecompressorTests {
  /// zlib.compress(b"vaelib " * 12, 9) in Python.
  private static let compressed: [UInt8] = [
    0x78, 0xDA, 0x2B, 0x4B, 0x4C, 0xCD, 0xC9, 0x4C, 0x52,
    0x28, 0xA3, 0x26, 0x05, 0x00, 0x2D, 0x49, 0x1E, 0xE5,
  ]
  private static let text = Array(String(repeating: "vaelib ", count: 12).utf8)

  /// The decompressed bytes; nil if there are not `count` of them, or the input is damaged.
  private func decompressed(_ input: [UInt8], count: Int = Self.text.count) -> [UInt8]? {
    guard let decompressor = Decompressor() else { return nil }
    var output = [UInt8](repeating: 0, count: count)
    let written = input.withUnsafeBytes { input in
      output.withUnsafeMutableBytes { decompressor.decompress(input, into: $0) }
    }
    return written == count ? output : nil
  }

  @Test func undoesWhatZlibDid() {
    #expect(decompressed(Self.compressed) == Self.text)
  }

  @Test func noChangedBitChangesTheResult() {
    for index in Self.compressed.indices {
      for bit in 0..<8 {
        var damaged = Self.compressed
        damaged[index] ^= 1 << bit
        // Some bits mean nothing: how hard the compressor tried, and what fills the last byte.
        let found = decompressed(damaged)
        #expect(found == nil || found == Self.text, "bit \(bit) of byte \(index)")
      }
    }
  }

  @Test func piecesAndOtherSizesAreRefused() {
    for count in Self.compressed.indices {
      #expect(decompressed(Array(Self.compressed[..<count])) == nil)
    }
    #expect(decompressed(Self.compressed, count: Self.text.count - 1) == nil)
    #expect(decompressed(Self.compressed, count: Self.text.count + 1) == nil)
  }
}
