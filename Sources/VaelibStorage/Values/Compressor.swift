import CDeflate

/// zlib's compression (RFC 1950) by libdeflate, whose levels 1 to 9 are about zlib's.
final class Compressor {
  private let compressor: OpaquePointer

  /// nil if there is no memory for one.
  init?(level: Int) {
    guard let compressor = libdeflate_alloc_compressor(Int32(level)) else { return nil }
    self.compressor = compressor
  }

  deinit { libdeflate_free_compressor(compressor) }

  /// How many bytes of `output` are filled; nil if it is too small.
  func compress(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int? {
    let count = libdeflate_zlib_compress(
      compressor, input.baseAddress, input.count, output.baseAddress, output.count)
    return count > 0 ? count : nil
  }
}
