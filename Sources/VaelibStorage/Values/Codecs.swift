/// How filters compress blocks of bytes.
enum Codec {
  case bloscLZ
  case lz4
  case zlib
}

/// What undoes them, for one thread.
struct Codecs: ~Copyable {
  private let zlib: Decompressor

  /// nil if there is no memory for them.
  init?() {
    guard let zlib = Decompressor() else { return nil }
    self.zlib = zlib
  }

  /// How many bytes of `output` a block fills; nil if it is damaged or holds more.
  func decompress(
    _ input: UnsafeRawBufferPointer, _ codec: Codec, into output: UnsafeMutableRawBufferPointer
  ) -> Int? {
    switch codec {
    case .bloscLZ: BloscLZ.decompress(input, into: output)
    case .lz4: LZ4.decompress(input, into: output)
    case .zlib: zlib.decompress(input, into: output)
    }
  }
}
