import Synchronization

/// Many queries or one change at a time; a call that comes at the wrong moment is refused at once.
final class AccessGate: Sendable {
  /// The number of queries, or -1 during a change.
  private let users = Atomic<Int>(0)
  /// What it guards, for messages.
  private let subject: String

  init(_ subject: String = "the model") {
    self.subject = subject
  }

  /// Runs a query.
  func shared<R>(_ body: () throws -> R) throws -> R {
    var current = users.load(ordering: .relaxed)
    while true {
      if current < 0 {
        throw BoundaryError.busy(
          "\(subject) is being trained or changed by another call; try again when it is done")
      }
      let result = users.compareExchange(expected: current, desired: current + 1, ordering: .acquiring)
      if result.exchanged { break }
      current = result.original
    }
    defer { users.wrappingSubtract(1, ordering: .releasing) }
    return try body()
  }

  /// Runs a change.
  func exclusive<R>(_ body: () throws -> R) throws -> R {
    guard users.compareExchange(expected: 0, desired: -1, ordering: .acquiring).exchanged else {
      throw BoundaryError.busy("\(subject) is in use by another call; try again when it is done")
    }
    defer { users.store(0, ordering: .releasing) }
    return try body()
  }
}
