import CDeflate

/// Undoes zlib's compression (RFC 1950) into memory of a size that is known beforehand, and checks Adler-32. libdeflate
/// does so three times as fast as zlib, which works on pieces of any size.
struct Decompressor: ~Copyable {
  private let decompressor: OpaquePointer

  /// nil if there is no memory for one.
  init?() {
    guard let decompressor = libdeflate_alloc_decompressor() else { return nil }
    self.decompressor = decompressor
  }

  deinit { libdeflate_free_decompressor(decompressor) }

  /// How many bytes of `output` the input fills; nil if it is damaged or holds more.
  func decompress(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int? {
    var written = 0
    let result = libdeflate_zlib_decompress(
      decompressor, input.baseAddress, input.count, output.baseAddress, output.count, &written)
    return result == LIBDEFLATE_SUCCESS ? written : nil
  }
}
