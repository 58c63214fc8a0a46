import Glibc
import Synchronization

/// Undoes Zstandard (RFC 8878) with the system's libzstd, which is loaded when a file needs it.
///
/// The name of the library is fixed, and the system looks for it where it looks for all others. What it loaded stays
/// loaded: taking it away would cost more than keeping it.
final class Zstandard {
  static var libraryName: String { "libzstd.so.1" }
  /// Every frame of version 0.8 or later begins with it; libzstd's decoders of older ones are not used.
  private static var magic: UInt32 { 0xFD2F_B528 }

  private typealias Create = @convention(c) () -> OpaquePointer?
  private typealias Free = @convention(c) (OpaquePointer) -> Int
  private typealias FrameSize = @convention(c) (UnsafeRawPointer, Int) -> Int
  private typealias IsError = @convention(c) (Int) -> UInt32
  private typealias Decompress =
    @convention(c) (OpaquePointer, UnsafeMutableRawPointer, Int, UnsafeRawPointer, Int) -> Int

  private let context: OpaquePointer
  private let free: Free
  private let frameSize: FrameSize
  private let isError: IsError
  private let decompress: Decompress

  /// Whether the system has the library.
  static var isAvailable: Bool { load() != nil }

  /// The library, once it was found; 0 before.
  private static let found = Atomic<UInt>(0)

  private static func load() -> UnsafeMutableRawPointer? {
    if let known = UnsafeMutableRawPointer(bitPattern: found.load(ordering: .acquiring)) { return known }
    let library = dlopen(libraryName, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)
    found.store(UInt(bitPattern: library), ordering: .releasing)
    return library
  }

  /// nil if there is no library, or no memory.
  init?() {
    guard let library = Self.load(), let create = dlsym(library, "ZSTD_createDCtx"),
      let free = dlsym(library, "ZSTD_freeDCtx"), let isError = dlsym(library, "ZSTD_isError"),
      let frameSize = dlsym(library, "ZSTD_findFrameCompressedSize"),
      let decompress = dlsym(library, "ZSTD_decompressDCtx"),
      let context = unsafeBitCast(create, to: Create.self)()
    else { return nil }
    self.context = context
    self.free = unsafeBitCast(free, to: Free.self)
    self.isError = unsafeBitCast(isError, to: IsError.self)
    self.frameSize = unsafeBitCast(frameSize, to: FrameSize.self)
    self.decompress = unsafeBitCast(decompress, to: Decompress.self)
  }

  deinit { _ = free(context) }

  /// How many bytes of `output` a frame fills; nil if it is damaged or holds more. What follows it is ignored.
  func decompress(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int? {
    guard let source = input.baseAddress, let target = output.baseAddress, input.count >= 4,
      UInt32(littleEndian: input.loadUnaligned(as: UInt32.self)) == Self.magic
    else { return nil }
    let count = frameSize(source, input.count)
    guard isError(count) == 0 else { return nil }
    let written = decompress(context, target, output.count, source, count)
    return isError(written) == 0 ? written : nil
  }
}
