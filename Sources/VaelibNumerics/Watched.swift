import Glibc

/// A value that one call changes, while threads that have nothing to do with that call may look at it.
public final class Watched<Value>: @unchecked Sendable {
  /// The value, for the call that may change it, and for calls that run at no such time.
  public private(set) var value: Value

  public init(_ value: Value) {
    self.value = value
  }

  /// The value as it is between two changes; for any thread at any time.
  public func look() -> Value { WatchedValues.lock.withLock { value } }

  /// Changes the value. One call at a time; changes and looks are not nested.
  public func change(_ body: (inout Value) -> Void) { WatchedValues.lock.withLock { body(&value) } }
}

/// What all watched values share.
enum WatchedValues {
  /// One lock, held for moments, so that `fork` can wait for it: a child finds no value half changed.
  static let lock = ForkSafeLock()

  /// In the child the lock is free by itself.
  static let waitsInFork =
    pthread_atfork({ WatchedValues.lock.lock() }, { WatchedValues.lock.unlock() }, nil) == 0
}
