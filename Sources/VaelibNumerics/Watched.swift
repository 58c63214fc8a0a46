/// A value that one call changes, while threads that have nothing to do with that call may look at it.
public final class Watched<Value>: @unchecked Sendable {
  private let lock = ForkSafeLock()
  /// The value, for the call that may change it, and for calls that run at no such time.
  public private(set) var value: Value

  public init(_ value: Value) {
    self.value = value
  }

  /// The value as it is between two changes; for any thread at any time.
  public func look() -> Value { lock.withLock { value } }

  /// Changes the value. One call at a time.
  public func change(_ body: (inout Value) -> Void) { lock.withLock { body(&value) } }
}
