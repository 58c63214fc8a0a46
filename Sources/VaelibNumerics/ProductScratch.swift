import CKernels
import Glibc
import Synchronization

/// Memory for the copies that products make of parts of their operands: one piece for each product that runs at the same
/// time, kept from one product to the next.
final class ProductScratch: @unchecked Sendable {
  static let shared = ProductScratch()

  /// More products than this at the same time allocate and free their memory.
  private static let slotCount = 64
  /// The addresses of the pieces that no product uses, 0 where there is none.
  private let slots: UnsafeMutablePointer<Atomic<UInt>>
  /// Held while a product uses the reserve.
  private let reserveLock = ForkSafeLock()

  private init() {
    slots = .allocate(capacity: Self.slotCount)
    for slot in 0..<Self.slotCount { (slots + slot).initialize(to: Atomic(0)) }
  }

  /// Runs `body` with memory as large as kernels like it, or with a small reserve that products take turns to use if
  /// the system has no more.
  func withScratch(_ body: (UnsafeMutableBufferPointer<Float>) -> Void) {
    let count = kernels.productScratch
    if let memory = take() ?? allocate(count) {
      body(UnsafeMutableBufferPointer(start: memory, count: count))
      giveBack(memory)
    } else {
      reserveLock.withLock {
        body(UnsafeMutableBufferPointer(start: vaelib_product_reserve(), count: Int(VAELIB_PRODUCT_RESERVE)))
      }
    }
  }

  private func take() -> UnsafeMutablePointer<Float>? {
    for slot in 0..<Self.slotCount where slots[slot].load(ordering: .relaxed) != 0 {
      let address = slots[slot].exchange(0, ordering: .acquiring)
      if address != 0 { return UnsafeMutablePointer(bitPattern: address) }
    }
    return nil
  }

  private func giveBack(_ memory: UnsafeMutablePointer<Float>) {
    for slot in 0..<Self.slotCount {
      let address = UInt(bitPattern: memory)
      if slots[slot].compareExchange(expected: 0, desired: address, ordering: .releasing).exchanged { return }
    }
    free(memory)
  }

  private func allocate(_ count: Int) -> UnsafeMutablePointer<Float>? {
    vaelib_allocate(64, count * MemoryLayout<Float>.stride)?.bindMemory(to: Float.self, capacity: count)
  }
}
