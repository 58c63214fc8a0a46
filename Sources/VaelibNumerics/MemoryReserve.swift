import CKernels
import Glibc

/// The memory from which small allocations are served that the system refuses, so that a call can end with an error.
public enum MemoryReserve {
  /// To be called at the beginning of each call.
  public static func begin() { vaelib_memory_begin() }

  /// Bytes that a C library asked for in this call and did not get; nil if it got all.
  public static var refusedBytes: Int? {
    let bytes = vaelib_memory_refused()
    return bytes > 0 ? Int(clamping: bytes) : nil
  }

  /// Throws if the system would refuse `count` elements of `bytes` bytes each: for what a caller sizes, and Swift's own
  /// arrays are to hold.
  public static func require(_ count: Int, bytes: Int) throws(NumericsError) {
    let (total, overflow) = count.multipliedReportingOverflow(by: bytes)
    guard !overflow, count >= 0 else { throw .outOfMemory(bytes: nil) }
    guard let memory = vaelib_allocate(16, max(total, 1)) else { throw .outOfMemory(bytes: total) }
    free(memory)
  }

  /// Throws if the call had to use the reserve: nothing that it made may live on there.
  public static func check() throws(NumericsError) {
    if vaelib_memory_ran_short() != 0 { throw .outOfMemory(bytes: 0) }
  }
}
