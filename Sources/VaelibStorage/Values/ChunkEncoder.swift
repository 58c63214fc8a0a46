import Glibc
import VaelibNumerics

/// Makes chunks as `createGrowingDataset` declares them: shuffled, compressed, with a checksum; the last alone at level 0.
///
/// What compression does not make smaller is stored without it, as libhdf5 does.
struct ChunkEncoder {
  /// The bytes of a chunk in the file; `skipped` has a bit for each filter that was left out.
  struct Chunk {
    let bytes: UnsafeRawBufferPointer
    let skipped: UInt32
  }

  /// The place of compression among a dataset's filters, behind shuffling.
  private static let compressionIndex: UInt32 = 1

  private let shuffle: Shuffle
  private let compressor: Compressor?
  private let shuffled: ByteBuffer
  private let output: ByteBuffer

  /// nil if there is no memory for one.
  init?(level: Int, chunkBytes: Int, elementBytes: Int) {
    guard let shuffled = ByteBuffer(count: chunkBytes),
      let output = ByteBuffer(count: chunkBytes + FletcherChecksum.byteCount)
    else { return nil }
    compressor = level > 0 ? Compressor(level: level) : nil
    if level > 0, compressor == nil { return nil }
    shuffle = Shuffle(elementBytes: elementBytes, byteCount: chunkBytes)
    self.shuffled = shuffled
    self.output = output
  }

  /// `values` are a whole chunk. What is returned holds until the next call.
  func encode(_ values: UnsafeRawPointer) -> Chunk {
    let chunkBytes = shuffle.byteCount
    guard let compressor else {
      memcpy(output.base, values, chunkBytes)
      return checked(chunkBytes, skipped: 0)
    }
    shuffle.apply(to: values, into: shuffled.base)
    let source = UnsafeRawBufferPointer(start: shuffled.base, count: chunkBytes)
    if let count = compressor.compress(source, into: .init(start: output.base, count: chunkBytes - 1)) {
      return checked(count, skipped: 0)
    }
    memcpy(output.base, shuffled.base, chunkBytes)
    return checked(chunkBytes, skipped: 1 << Self.compressionIndex)
  }

  /// Puts the checksum behind the output's first bytes.
  private func checked(_ count: Int, skipped: UInt32) -> Chunk {
    let checksum = FletcherChecksum.of(UnsafeRawBufferPointer(start: output.base, count: count))
    output.base.storeBytes(of: checksum.littleEndian, toByteOffset: count, as: UInt32.self)
    return Chunk(
      bytes: UnsafeRawBufferPointer(start: output.base, count: count + FletcherChecksum.byteCount),
      skipped: skipped)
  }
}
