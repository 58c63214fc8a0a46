import Glibc
import VaelibNumerics

/// Undoes HDF5's filter bitshuffle (bshuf_h5filter.c and bitshuffle.c of bitshuffle 0.5).
///
/// Elements are shuffled in blocks. The last block has what is left, a multiple of eight; fewer elements than that follow
/// as they are. A chunk that is compressed, too, begins with its number of bytes (8 bytes, the highest first) and that of
/// a block (4); before each block is how many bytes it is stored in (4).
struct BitshuffleChunk {
  enum Compression: UInt32 {
    case none = 0
    case lz4 = 2
    case zstandard = 3
  }

  private let elementBytes: Int
  /// Elements of a block that is not compressed; 0 if the file leaves that to the filter.
  private let blockElements: Int
  private let compression: Compression

  /// How chunks are compressed; nil if in a way that is not known.
  static func compression(_ values: [UInt32]) -> Compression? {
    values.count > 4 ? Compression(rawValue: values[4]) : Compression.none
  }

  /// nil for parameters that make no sense.
  init?(_ values: [UInt32]) {
    guard values.count >= 3, values[2] > 0, let compression = Self.compression(values) else { return nil }
    elementBytes = Int(values[2])
    blockElements = values.count > 3 ? Int(values[3]) : 0
    self.compression = compression
  }

  /// How many bytes of `output` the input fills; nil if it is damaged or holds more. What follows them is ignored.
  func decompress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, with codecs: inout Codecs
  ) -> Int? {
    guard var source = StoredBytes(input), let base = output.baseAddress else { return nil }
    var (total, block) = (input.count, blockElements > 0 ? blockElements : defaultBlockElements)
    if compression != .none {
      guard let byteCount = source.bigEndian(UInt64.self), let blockBytes = source.bigEndian(UInt32.self),
        blockBytes % elementBytes == 0
      else { return nil }
      (total, block) = (byteCount, blockBytes / elementBytes)
    }
    guard total <= output.count, total % elementBytes == 0, block > 0, block % 8 == 0 else { return nil }
    let elements = total / elementBytes
    block = min(block, elements / 8 * 8)
    guard let buffer = ByteBuffer(count: compression == .none ? 0 : block * elementBytes) else { return nil }
    let shuffle = BitShuffle(elementBytes: elementBytes)
    var done = 0
    while elements - done >= 8 {
      let count = min(block, (elements - done) / 8 * 8)
      guard let bytes = self.block(&source, count * elementBytes, buffer, &codecs) else { return nil }
      shuffle.restore(bytes, to: base + done * elementBytes, count: count)
      done += count
    }
    let left = (elements - done) * elementBytes
    guard let bytes = source.take(left) else { return nil }
    memcpy(base + done * elementBytes, bytes, left)
    return total
  }

  /// The shuffled bytes of the next block.
  private func block(
    _ source: inout StoredBytes, _ byteCount: Int, _ buffer: ByteBuffer, _ codecs: inout Codecs
  ) -> UnsafeRawPointer? {
    let codec: Codec
    switch compression {
    case .none: return source.take(byteCount)
    case .lz4: codec = .lz4
    case .zstandard: codec = .zstandard
    }
    guard let count = source.bigEndian(UInt32.self), let stored = source.take(count) else { return nil }
    let output = UnsafeMutableRawBufferPointer(start: buffer.base, count: byteCount)
    let written = codecs.decompress(UnsafeRawBufferPointer(start: stored, count: count), codec, into: output)
    return written == byteCount ? UnsafeRawPointer(buffer.base) : nil
  }

  /// About 8 KiB, and a multiple of eight elements.
  private var defaultBlockElements: Int { max(8_192 / elementBytes / 8 * 8, 128) }
}
