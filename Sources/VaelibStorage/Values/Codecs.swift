/// How filters compress blocks of bytes.
enum Codec {
  case bloscLZ
  case lz4
  case zlib
  case zstandard
}

/// What undoes them, for one thread.
struct Codecs: ~Copyable {
  private let zlib: Decompressor
  /// Loaded for the first block that needs it.
  private var zstandard: Zstandard?

  /// nil if there is no memory for them.
  init?() {
    guard let zlib = Decompressor() else { return nil }
    self.zlib = zlib
  }

  /// How many bytes of `output` a block fills; nil if it is damaged or holds more.
  mutating func decompress(
    _ input: UnsafeRawBufferPointer, _ codec: Codec, into output: UnsafeMutableRawBufferPointer
  ) -> Int? {
    switch codec {
    case .bloscLZ: return BloscLZ.decompress(input, into: output)
    case .lz4: return LZ4.decompress(input, into: output)
    case .zlib: return zlib.decompress(input, into: output)
    case .zstandard:
      if zstandard == nil { zstandard = Zstandard() }
      return zstandard?.decompress(input, into: output)
    }
  }
}
