import CHDF5
import Glibc
import VaelibNumerics

/// Reads rows from chunks that gzip compressed, with or without the shuffle filter before and a checksum after it, and
/// decompresses them outside the lock around libhdf5, three times as fast as libhdf5 does.
///
/// Only the common case is treated: chunks of whole rows, numbers stored as they are in memory. Whatever is unusual in a
/// chunk, damage too, is left to libhdf5.
struct CompressedChunks: Sendable {
  /// The numbers of HDF5's filters.
  private static let gzip = 1
  private static let shuffle = 2
  private static let fletcher32 = 3
  /// The bytes of Fletcher's checksum, behind the compressed ones. Adler-32 inside these covers the numbers themselves.
  private static let fletcherByteCount = 4

  private let rowByteCount: Int
  private let elementByteCount: Int
  private let rank: Int
  private let chunkRows: Int
  private let isShuffled: Bool
  private let hasFletcher: Bool

  /// nil if the dataset is stored otherwise.
  init?(_ form: DatasetForm, _ dataset: HDF5.Object, _ session: HDF5.Session) throws(StorageError) {
    guard let chunkShape = form.chunkShape, chunkShape.dropFirst() == form.shape.dropFirst(),
      let (isShuffled, hasFletcher) = Self.parse(form.filters),
      try session.isStored(dataset, as: HDF5.memoryType(form.elementType))
    else { return nil }
    elementByteCount = form.elementType.byteCount
    rowByteCount = form.columns * elementByteCount
    rank = form.shape.count
    chunkRows = chunkShape[0]
    self.isShuffled = isShuffled
    self.hasFletcher = hasFletcher
  }

  /// What stands before and after gzip; nil if the filters are others.
  private static func parse(_ filters: [Int]) -> (isShuffled: Bool, hasFletcher: Bool)? {
    switch filters {
    case [gzip]: (false, false)
    case [shuffle, gzip]: (true, false)
    case [gzip, fletcher32]: (false, true)
    case [shuffle, gzip, fletcher32]: (true, true)
    default: nil
    }
  }

  private var chunkByteCount: Int { chunkRows * rowByteCount }

  /// Fills `destination`; false if libhdf5 should read the rows.
  func read(
    _ rows: Range<Int>, of dataset: HDF5.Object, _ session: HDF5.Session,
    into destination: UnsafeMutableRawPointer
  ) throws(StorageError) -> Bool {
    guard let decompressor = Decompressor() else { return false }
    var scratch: ByteBuffer?
    for first in stride(from: rows.lowerBound / chunkRows * chunkRows, to: rows.upperBound, by: chunkRows) {
      guard let stored = try storedChunk(at: first, of: dataset, session) else { return false }
      let wanted = rows.clamped(to: first..<first + chunkRows)
      let target = destination + (wanted.lowerBound - rows.lowerBound) * rowByteCount
      let isDirect = wanted.count == chunkRows && !isShuffled
      if !isDirect, scratch == nil { scratch = ByteBuffer(count: chunkByteCount) }
      guard let output = isDirect ? target : scratch?.base,
        decompressor.decompress(
          UnsafeRawBufferPointer(start: stored.bytes.base, count: stored.count),
          into: UnsafeMutableRawBufferPointer(start: output, count: chunkByteCount))
      else { return false }
      if !isDirect { copy(wanted, from: output, firstRow: first, to: target) }
    }
    return true
  }

  private func storedChunk(
    at row: Int, of dataset: HDF5.Object, _ session: HDF5.Session
  ) throws(StorageError) -> (bytes: ByteBuffer, count: Int)? {
    var start = [hsize_t](repeating: 0, count: rank)
    start[0] = hsize_t(row)
    // What cannot be compressed grows a little.
    let limit = chunkByteCount + chunkByteCount / 8 + 1_024
    let chunk = try HDF5.locked { session.storedChunk(of: dataset, at: start, limit: limit) }
    guard let chunk, hasFletcher else { return chunk }
    return chunk.count > Self.fletcherByteCount ? (chunk.bytes, chunk.count - Self.fletcherByteCount) : nil
  }

  /// Copies rows out of a decompressed chunk. Shuffled chunks hold the first bytes of all numbers, then the second ones,
  /// and so on.
  private func copy(
    _ rows: Range<Int>, from chunk: UnsafeMutableRawPointer, firstRow: Int, to target: UnsafeMutableRawPointer
  ) {
    guard isShuffled, elementByteCount > 1 else {
      memcpy(target, chunk + (rows.lowerBound - firstRow) * rowByteCount, rows.count * rowByteCount)
      return
    }
    let numbers = chunkByteCount / elementByteCount
    let first = (rows.lowerBound - firstRow) * rowByteCount / elementByteCount
    let count = rows.count * rowByteCount / elementByteCount
    for byte in 0..<elementByteCount {
      let source = chunk + byte * numbers + first
      for index in 0..<count {
        target.storeBytes(
          of: source.load(fromByteOffset: index, as: UInt8.self),
          toByteOffset: index &* elementByteCount &+ byte, as: UInt8.self)
      }
    }
  }
}
