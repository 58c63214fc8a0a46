import CKernels
import Synchronization

/// A lock for short sections that is free in a forked child even if another thread held it when the process
/// forked: that thread does not exist in the child and could never unlock.
struct ForkSafeLock: ~Copyable, Sendable {
  /// Twice the fork generation it was last locked in, plus 1 while it is locked.
  private let word = Atomic<UInt64>(0)

  /// Locks and returns true, or returns false if someone else holds the lock.
  func tryLock() -> Bool {
    let generation = UInt64(vaelib_fork_generation()) << 1
    let seen = word.load(ordering: .relaxed)
    if seen == generation | 1 { return false }
    return word.compareExchange(expected: seen, desired: generation | 1, ordering: .acquiring).exchanged
  }

  /// Unlocks what `tryLock` locked.
  func unlock() {
    word.store(word.load(ordering: .relaxed) & ~1, ordering: .releasing)
  }

  /// Runs `body` while holding the lock.
  func withLock<R>(_ body: () -> R) -> R {
    while !tryLock() { vaelib_yield() }
    defer { unlock() }
    return body()
  }
}
