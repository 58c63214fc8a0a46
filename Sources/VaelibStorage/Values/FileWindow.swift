import VaelibNumerics

/// Reads pieces of a file one after the other. Small pieces that follow each other closely come from larger reads.
struct FileWindow: ~Copyable {
  private let file: ReadableFile
  private var buffer: ByteBuffer?
  private var capacity = 0
  /// What of the file is in the buffer.
  private var range = 0..<0
  private var reach = 0

  /// Pieces of up to so many bytes may be read ahead.
  private static let smallBytes = 16 << 10
  /// What is read ahead at most.
  private static let mostBytes = 256 << 10
  /// The greatest gap between two pieces that follow each other.
  private static let gapBytes = 4 << 10

  init(_ file: ReadableFile) { self.file = file }

  /// `count` bytes from `offset` on, which are in the file; they stay until the next call.
  mutating func bytes(at offset: Int, count: Int) throws(StorageError) -> UnsafeRawPointer {
    if let buffer, range.lowerBound <= offset, offset + count <= range.upperBound {
      return UnsafeRawPointer(buffer.base + (offset - range.lowerBound))
    }
    let follows = offset >= range.lowerBound && offset <= range.upperBound + Self.gapBytes
    reach = follows && count <= Self.smallBytes ? min(max(2 * reach, count), Self.mostBytes) : count
    let length = max(count, min(reach, file.byteCount - offset))
    let buffer = try room(length)
    try file.fill(UnsafeMutableRawBufferPointer(start: buffer.base, count: length), at: offset)
    range = offset..<offset + length
    return UnsafeRawPointer(buffer.base)
  }

  private mutating func room(_ count: Int) throws(StorageError) -> ByteBuffer {
    range = 0..<0
    if let buffer, capacity >= count { return buffer }
    buffer = nil
    guard let larger = ByteBuffer(count: count) else { throw .memory(path: file.path, byteCount: count) }
    buffer = larger
    capacity = count
    return larger
  }
}
