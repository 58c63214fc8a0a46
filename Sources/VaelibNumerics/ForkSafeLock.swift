import CKernels

/// The one kind of lock, for short sections.
///
/// Who waits for it sleeps, and lends its priority to the thread that holds it, so that a real-time thread never waits
/// for threads that have nothing to do with the lock. In a forked child it is free even if another thread held it when
/// the process forked: that thread does not exist in the child and could never unlock.
public struct ForkSafeLock: ~Copyable, @unchecked Sendable {
  private let word: OpaquePointer

  /// Ends the process if there is no memory for a few bytes, as all small allocations in Swift do.
  public init() {
    guard let word = vaelib_lock_create() else { fatalError("no memory for a lock") }
    self.word = word
  }

  deinit { vaelib_lock_destroy(word) }

  /// Locks and returns true, or returns false if someone else holds the lock.
  func tryLock() -> Bool { vaelib_lock_try(word) != 0 }

  /// Locks. For sections that `withLock` cannot express.
  public func lock() { vaelib_lock_take(word) }

  /// Unlocks what this thread locked.
  public func unlock() { vaelib_lock_release(word) }

  /// Runs `body` while holding the lock.
  public func withLock<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    lock()
    defer { unlock() }
    return try body()
  }
}
