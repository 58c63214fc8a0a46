import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// `count` floats, zero at first, at an address that suits vector loads (a multiple of 64 bytes).
///
/// The buffer owns its memory and frees it with its last reference. It does not guard against data races:
/// whoever shares it between threads keeps their elements apart.
public final class FloatBuffer: @unchecked Sendable {
  /// The address of element 0.
  public let base: UnsafeMutablePointer<Float>
  /// How many floats there are.
  public let count: Int

  /// Throws `NumericsError.outOfMemory` if `count` is negative, its size overflows, or the system refuses.
  public init(count: Int) throws(NumericsError) {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
    guard !overflow, count >= 0, bytes <= Int.max - 64 else { throw .outOfMemory(bytes: nil) }
    base = try profiled(.memory) { () throws(NumericsError) in
      guard let memory = vaelib_allocate_numbers(max(bytes, 64)) else { throw .outOfMemory(bytes: bytes) }
      let base = memory.bindMemory(to: Float.self, capacity: count)
      base.initialize(repeating: 0, count: count)
      return base
    }
    self.count = count
  }

  deinit { free(base) }

  /// All elements.
  public var elements: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }
}
