import CKernels
import Synchronization

/// The one kind of lock, for short sections.
///
/// Who waits for it sleeps, and lends its priority to the thread that holds it, so that a real-time thread never waits
/// for threads that have nothing to do with the lock. In a forked child it is free even if another thread held it when
/// the process forked: that thread does not exist in the child and could never unlock.
public struct ForkSafeLock: ~Copyable, Sendable {
  /// What CKernels/Locks.c changes in place: an atomic is never copied, nor moved while somebody looks at it.
  private let word = Atomic<UInt64>(0)

  public init() {}

  private func withWord<Result>(_ body: (UnsafeMutablePointer<UInt64>) -> Result) -> Result {
    withUnsafePointer(to: word) { place in
      body(UnsafeMutableRawPointer(mutating: place).assumingMemoryBound(to: UInt64.self))
    }
  }

  /// Locks and returns true, or returns false if someone else holds the lock.
  func tryLock() -> Bool { withWord { vaelib_lock_try($0) != 0 } }

  /// Locks. For sections that `withLock` cannot express.
  public func lock() { withWord { vaelib_lock_take($0) } }

  /// Unlocks what this thread locked.
  public func unlock() { withWord { vaelib_lock_release($0) } }

  /// Runs `body` while holding the lock.
  public func withLock<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    lock()
    defer { unlock() }
    return try body()
  }
}
