import Glibc
import VaelibNumerics

/// Undoes blosc, HDF5's filter of that name (README_CHUNK_FORMAT.rst and blosc.c of C-Blosc 1.21).
///
/// Behind 16 bytes stand the places of the blocks, 4 bytes each. A block is one stream or, split, one for each byte of an
/// element; before each stream is how many bytes it is stored in (4), and it is as it is if it has as many. In a block
/// bytes or bits of elements may be shuffled. All numbers have the lowest byte first.
struct BloscChunk {
  /// The codec that the parameters of the filter name; nil for one that is not read.
  static func codec(_ values: [UInt32]) -> Codec? {
    guard values.count > 6 else { return .bloscLZ }
    return switch values[6] {
    case 0: .bloscLZ
    case 1, 2: .lz4
    case 4: .zlib
    case 5: .zstandard
    default: nil
    }
  }

  private enum Shuffling {
    case none, bytes, bits
  }

  private static let headBytes = 16
  private static let version: UInt8 = 2
  /// Elements of more bytes, and blocks whose streams had fewer than so many bytes, are not split.
  private static let mostSplits = 16
  private static let leastSplitBytes = 128

  private let isAsItIs: Bool
  private let isSplit: Bool
  private let shuffling: Shuffling
  private let codec: Codec?
  private let elementBytes: Int
  private let byteCount: Int
  private let blockBytes: Int
  /// The whole chunk.
  private let stored: UnsafeRawBufferPointer

  /// How many bytes of `output` a chunk fills; nil if it is damaged or holds more. What follows it is ignored.
  static func decompress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, with codecs: inout Codecs
  ) -> Int? {
    guard let chunk = BloscChunk(input), chunk.byteCount <= output.count else { return nil }
    return chunk.restore(UnsafeMutableRawBufferPointer(rebasing: output[..<chunk.byteCount]), &codecs)
  }

  /// Reads the head; nil if it makes no sense.
  private init?(_ input: UnsafeRawBufferPointer) {
    guard input.count >= Self.headBytes, input[0] == Self.version, input[2] & 0x08 == 0, input[3] > 0 else {
      return nil
    }
    let flags = input[2]
    isAsItIs = flags & 0x02 != 0
    isSplit = flags & 0x10 == 0
    shuffling = flags & 0x01 != 0 ? .bytes : flags & 0x04 != 0 ? .bits : .none
    codec =
      switch flags >> 5 {
      case 0: .bloscLZ
      case 1: .lz4
      case 3: .zlib
      case 4: .zstandard
      default: nil
      }
    elementBytes = Int(input[3])
    byteCount = Self.number(input, 4)
    blockBytes = Self.number(input, 8)
    let storedBytes = Self.number(input, 12)
    guard blockBytes > 0, (Self.headBytes...input.count).contains(storedBytes) else { return nil }
    stored = UnsafeRawBufferPointer(rebasing: input[..<storedBytes])
  }

  private static func number(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> Int {
    Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
  }

  private func restore(_ output: UnsafeMutableRawBufferPointer, _ codecs: inout Codecs) -> Int? {
    let content = UnsafeRawBufferPointer(rebasing: stored[Self.headBytes...])
    if isAsItIs {
      guard content.count >= byteCount else { return nil }
      output.copyMemory(from: UnsafeRawBufferPointer(rebasing: content[..<byteCount]))
      return byteCount
    }
    let blocks = (byteCount + blockBytes - 1) / blockBytes
    guard let codec, content.count / 4 >= blocks,
      let shuffled = ByteBuffer(count: shuffling == .none ? 0 : min(blockBytes, byteCount))
    else { return nil }
    // Each byte of the streams is read once, wherever the blocks are said to be.
    var left = stored.count
    for block in 0..<blocks {
      let range = block * blockBytes..<min((block + 1) * blockBytes, byteCount)
      let target = UnsafeMutableRawBufferPointer(rebasing: output[range])
      let place = Self.number(content, 4 * block)
      guard place < stored.count, var source = StoredBytes(UnsafeRawBufferPointer(rebasing: stored[place...]))
      else {
        return nil
      }
      let decoded =
        shuffling == .none ? target : UnsafeMutableRawBufferPointer(start: shuffled.base, count: target.count)
      guard readBlock(&source, codec, decoded, &left, &codecs) else { return nil }
      if shuffling != .none, let base = target.baseAddress { unshuffle(shuffled.base, base, target.count) }
    }
    return byteCount
  }

  /// Decompresses the streams of a block, which take some of the bytes that are `left`.
  private func readBlock(
    _ source: inout StoredBytes, _ codec: Codec, _ output: UnsafeMutableRawBufferPointer, _ left: inout Int,
    _ codecs: inout Codecs
  ) -> Bool {
    let mayBeSplit =
      isSplit && output.count == blockBytes && elementBytes <= Self.mostSplits
      && output.count / elementBytes >= Self.leastSplitBytes
    let streams = mayBeSplit ? elementBytes : 1
    guard output.count % streams == 0 else { return false }
    let streamBytes = output.count / streams
    for first in stride(from: 0, to: output.count, by: streamBytes) {
      let target = UnsafeMutableRawBufferPointer(rebasing: output[first..<first + streamBytes])
      guard let count = source.littleEndian(UInt32.self), count <= left, let bytes = source.take(count) else {
        return false
      }
      left -= count
      let stream = UnsafeRawBufferPointer(start: bytes, count: count)
      if count == streamBytes {
        target.copyMemory(from: stream)
      } else {
        guard codecs.decompress(stream, codec, into: target) == streamBytes else { return false }
      }
    }
    return true
  }

  private func unshuffle(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int) {
    if shuffling == .bytes {
      return Shuffle(elementBytes: elementBytes, byteCount: count).restore(source, to: target)
    }
    // Only eights of elements are shuffled; what is no whole element stays where it is.
    let elements = count / elementBytes
    let shuffled = elements % 8 == 0 ? elements : 0
    BitShuffle(elementBytes: elementBytes).restore(source, to: target, count: shuffled)
    let first = shuffled * elementBytes
    memcpy(target + first, source + first, count - first)
  }
}
