import Synchronization

/// The parts of a region, dealt out to the threads that may take part: thread t of n has the t-th n-th of them, and takes
/// what is left of others' shares when it has done its own.
///
/// Parts that lie next to each other mostly work on memory that lies next to each other, so a thread finds in its own
/// cache what it left there in the regions before. Where two processors do not share a cache, this is worth a factor.
final class PartShares: Sendable {
  /// In each share's place the next part that nobody has taken. Places are two cache lines apart.
  private nonisolated(unsafe) let next: UnsafeMutablePointer<Atomic<Int>>
  private static let distance = 16
  private let capacity: Int

  /// For up to `threads` threads.
  init(threads: Int) {
    capacity = threads
    next = .allocate(capacity: threads * Self.distance)
    for place in 0..<threads * Self.distance { (next + place).initialize(to: Atomic(0)) }
  }

  deinit {
    next.deinitialize(count: capacity * Self.distance)
    next.deallocate()
  }

  private func bound(_ thread: Int, _ parts: Int, _ threads: Int) -> Int { parts * thread / threads }

  /// Deals the parts out; while nobody takes any.
  func deal(parts: Int, threads: Int) {
    for thread in 0..<threads {
      next[thread * Self.distance].store(bound(thread, parts, threads), ordering: .relaxed)
    }
  }

  /// Calls `body` with each part that thread `own` of so many comes to take.
  func take(parts: Int, threads: Int, own: Int, _ body: (Int) -> Void) {
    for step in 0..<threads {
      let share = (own + step) % threads
      let end = bound(share + 1, parts, threads)
      let counter = next + share * Self.distance
      while counter.pointee.load(ordering: .relaxed) < end {
        let part = counter.pointee.wrappingAdd(1, ordering: .relaxed).oldValue
        if part >= end { break }
        body(part)
      }
    }
  }
}
