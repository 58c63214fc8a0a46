import Glibc

/// Memory that is freed with its owner.
public final class ByteBuffer: @unchecked Sendable {
  public let base: UnsafeMutableRawPointer

  /// So many bytes, of any content; nil if the system refuses them.
  public init?(count: Int) {
    guard let memory = malloc(max(count, 1)) else { return nil }
    base = memory
  }

  deinit { free(base) }
}
