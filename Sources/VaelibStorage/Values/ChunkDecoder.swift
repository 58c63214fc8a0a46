import VaelibNumerics

/// Undoes the filters of chunks, in memory for one chunk: what a filter would write beyond that is an error before it is
/// written.
struct ChunkDecoder: ~Copyable {
  enum Failure: Error {
    /// As the predicate of a sentence about the chunk.
    case damaged(String)
    /// The system refused so many bytes.
    case memory(Int)
  }

  /// A chunk without its filters, but perhaps still shuffled.
  struct Content {
    let base: UnsafeRawPointer
    let shuffle: Shuffle?
  }

  private let filters: [Filter]
  private let chunkBytes: Int
  private let elementBytes: Int
  private var codecs: Codecs
  private var buffers: (ByteBuffer?, ByteBuffer?) = (nil, nil)

  /// nil if there is no memory for one.
  init?(_ filters: [Filter], chunkBytes: Int, elementBytes: Int) {
    guard let codecs = Codecs() else { return nil }
    self.filters = filters
    self.chunkBytes = chunkBytes
    self.elementBytes = elementBytes
    self.codecs = codecs
  }

  /// Undoes all filters but those left out.
  ///
  /// `destination` is memory for the whole chunk, where it is wanted there anyway: then the content may be there.
  mutating func decode(
    _ stored: UnsafeRawBufferPointer, skipping skipped: UInt32,
    directlyTo destination: UnsafeMutableRawPointer?
  ) throws(Failure) -> Content {
    var content = stored
    for index in filters.indices.reversed() where !isIdentity(index, skipped) {
      let isLast = (0..<index).allSatisfy { isIdentity($0, skipped) }
      switch filters[index].known {
      case .fletcher32: content = try checked(content)
      case .gzip, .lzf, .scaleOffset, .nBit, .szip, .blosc, .lz4, .bitshuffle, .zstandard:
        let room = isLast ? chunkBytes : Self.mostBytes(chunkBytes)
        let output: UnsafeMutableRawPointer
        if isLast, let destination {
          output = destination
        } else {
          output = try buffer(room, besides: content)
        }
        content = try decompressed(
          content, by: filters[index], into: UnsafeMutableRawBufferPointer(start: output, count: room))
      case .shuffle:
        guard let shuffle = shuffle(filters[index], content.count), let base = content.baseAddress else {
          continue
        }
        if isLast, shuffle.elementBytes == elementBytes, content.count == chunkBytes {
          return Content(base: base, shuffle: shuffle)
        }
        let output = try buffer(content.count, besides: content)
        shuffle.restore(base, to: output)
        content = UnsafeRawBufferPointer(start: output, count: content.count)
      case nil: throw Failure.damaged("passed filter \(filters[index].number), which vaelib does not undo")
      }
    }
    guard content.count == chunkBytes, let base = content.baseAddress else {
      throw Failure.damaged("has \(content.count) bytes, where \(chunkBytes) were expected")
    }
    return Content(base: base, shuffle: nil)
  }

  /// Bytes of a chunk between two filters: what cannot be compressed grows a little.
  static func mostBytes(_ chunkBytes: Int) -> Int { chunkBytes + chunkBytes / 8 + 1_024 }

  private func checked(_ content: UnsafeRawBufferPointer) throws(Failure) -> UnsafeRawBufferPointer {
    let count = content.count - FletcherChecksum.byteCount
    guard count >= 0 else { throw Failure.damaged("is shorter than its checksum") }
    let rest = UnsafeRawBufferPointer(rebasing: content[..<count])
    let stored = UInt32(littleEndian: content.loadUnaligned(fromByteOffset: count, as: UInt32.self))
    guard FletcherChecksum.matches(rest, stored) else { throw Failure.damaged("does not fit its checksum") }
    return rest
  }

  private mutating func decompressed(
    _ content: UnsafeRawBufferPointer, by filter: Filter, into output: UnsafeMutableRawBufferPointer
  ) throws(Failure) -> UnsafeRawBufferPointer {
    let count: Int? =
      switch filter.known {
      case .gzip: codecs.decompress(content, .zlib, into: output)
      case .lzf: LZF.decompress(content, into: output)
      case .scaleOffset: scaledBack(content, filter, into: output)
      case .nBit: widened(content, filter, into: output)
      case .szip: Szip(filter.values)?.decompress(content, into: output)
      case .zstandard: codecs.decompress(content, .zstandard, into: output)
      case .blosc: BloscChunk.decompress(content, into: output, with: &codecs)
      case .lz4: LZ4Chunk.decompress(content, into: output)
      case .bitshuffle: BitshuffleChunk(filter.values)?.decompress(content, into: output, with: &codecs)
      case .shuffle, .fletcher32, nil: nil
      }
    guard let count else {
      throw Failure.damaged("cannot be decompressed to the \(output.count) bytes that it should have")
    }
    return UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(output)[..<count])
  }

  private func scaledBack(
    _ content: UnsafeRawBufferPointer, _ filter: Filter, into output: UnsafeMutableRawBufferPointer
  ) -> Int? {
    guard let base = output.baseAddress,
      let scale = ScaleOffset(filter.values, chunkBytes: chunkBytes, elementBytes: elementBytes)
    else { return nil }
    return scale.restore(content, into: base) ? chunkBytes : nil
  }

  private func widened(
    _ content: UnsafeRawBufferPointer, _ filter: Filter, into output: UnsafeMutableRawBufferPointer
  ) -> Int? {
    guard let base = output.baseAddress, let bits = NBit(filter.values, chunkBytes: chunkBytes) else {
      return nil
    }
    return bits.restore(content, into: base) ? chunkBytes : nil
  }

  /// nil where shuffling changes nothing.
  private func shuffle(_ filter: Filter, _ byteCount: Int) -> Shuffle? {
    let size = filter.values.first.map(Int.init) ?? elementBytes
    guard size > 1, byteCount / size > 1 else { return nil }
    return Shuffle(elementBytes: size, byteCount: byteCount)
  }

  /// Memory for so many bytes that does not hold `content`. What a file stores as a chunk may be more than any chunk has.
  private mutating func buffer(
    _ count: Int, besides content: UnsafeRawBufferPointer
  ) throws(Failure) -> UnsafeMutableRawPointer {
    guard count <= Self.mostBytes(chunkBytes) else {
      throw .damaged("has \(count) bytes, where at most \(Self.mostBytes(chunkBytes)) can be")
    }
    let isTaken = buffers.0.map { content.baseAddress == UnsafeRawPointer($0.base) } ?? false
    let kept = isTaken ? buffers.1 : buffers.0
    guard let buffer = kept ?? ByteBuffer(count: Self.mostBytes(chunkBytes)) else { throw .memory(count) }
    if isTaken { buffers.1 = buffer } else { buffers.0 = buffer }
    return buffer.base
  }

  /// Whether the chunk did not pass a filter, or is the same behind it.
  private func isIdentity(_ index: Int, _ skipped: UInt32) -> Bool {
    // There are at most 32 filters.
    if skipped >> UInt32(index) & 1 == 1 { return true }
    return filters[index].known == .nBit && NBit.changesNothing(filters[index].values)
  }
}
