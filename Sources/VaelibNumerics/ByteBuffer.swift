import CKernels
import Glibc

/// Memory that is freed with its owner.
public final class ByteBuffer: @unchecked Sendable {
  public let base: UnsafeMutableRawPointer
  /// Bytes of a mapping of its own; 0 for memory of malloc.
  private let mappedBytes: Int

  /// From so many bytes on the memory is a mapping of its own and goes back to the system at once. malloc would keep
  /// it, and all smaller pieces after it too.
  private static let leastMappedBytes = 4 << 20

  /// So many bytes, of any content; nil if the system refuses them.
  public init?(count: Int) {
    mappedBytes = count < Self.leastMappedBytes ? 0 : count
    guard mappedBytes > 0 else {
      guard let memory = vaelib_allocate(16, max(count, 1)) else { return nil }
      base = memory
      return
    }
    let memory = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let memory, memory != MAP_FAILED else { return nil }
    base = memory
  }

  /// Gives freed memory back to the system. Many small buffers that a thread made would else stay with malloc, where
  /// other threads make no use of them.
  public static func returnFreedMemory() { vaelib_return_freed_memory() }

  deinit {
    if mappedBytes > 0 { munmap(base, mappedBytes) } else { free(base) }
  }
}
