/// Undoes HDF5's filter LZ4 (H5Zlz4.c of the HDF Group): the number of bytes (8 bytes, the highest first), how many a block
/// has (4), then for each block how many it is stored in (4) and these, as they are if they are as many.
enum LZ4Chunk {
  /// How many bytes of `output` the input fills; nil if it is damaged or holds more. What follows them is ignored.
  static func decompress(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int?
  {
    guard var source = StoredBytes(input), let total = source.bigEndian(UInt64.self), total <= output.count,
      let blockBytes = source.bigEndian(UInt32.self), blockBytes > 0 || total == 0
    else { return nil }
    for first in stride(from: 0, to: total, by: max(blockBytes, 1)) {
      let block = UnsafeMutableRawBufferPointer(rebasing: output[first..<min(first + blockBytes, total)])
      guard let count = source.bigEndian(UInt32.self), let stored = source.take(count) else { return nil }
      let bytes = UnsafeRawBufferPointer(start: stored, count: count)
      if count == block.count {
        block.copyMemory(from: bytes)
      } else {
        guard LZ4.decompress(bytes, into: block) == block.count else { return nil }
      }
    }
    return total
  }

}
