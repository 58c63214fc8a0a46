import Glibc
import Synchronization
import VaelibNumerics

/// Many queries or one change at a time; a call that comes at the wrong moment is refused at once.
///
/// While a call waits for the host's callback, it touches nothing. So what the gate guards may then be queried on the
/// callback's own thread; and if the callback never returns, what the gate guards is found at rest (`isAtRest`).
final class AccessGate: Sendable {
  private let word = Atomic<UInt64>(AccessState().word)
  /// The thread on which the callback of a change runs; 0 for none.
  private let callbackThread = Atomic<UInt>(0)
  private let abandoned = Atomic<Bool>(false)
  /// What it guards, for messages.
  private let subject: String

  init(_ subject: String = "the model") {
    self.subject = subject
  }

  /// Runs a query.
  func shared<R>(_ body: () throws -> R) throws -> R {
    let entered = change { state in
      state.forgetQueriesOfParent()
      if state.users >= 0 { state.users += 1 }
    }
    if entered.users < 0 {
      if callbackThread.load(ordering: .relaxed) == pthread_self() { return try body() }
      throw BoundaryError.busy(
        "\(subject) is being trained or changed by another call; try again when it is done")
    }
    defer { leave(entered) }
    return try body()
  }

  /// Runs a change.
  func exclusive<R>(_ body: () throws -> R) throws -> R {
    var isOurs = false
    let entered = change { state in
      state.forgetQueriesOfParent()
      isOurs = state.users == 0
      if isOurs { state.users = -1 }
    }
    guard isOurs else {
      throw BoundaryError.busy("\(subject) is in use by another call; try again when it is done")
    }
    defer { leave(entered) }
    return try body()
  }

  /// Runs the host's callback for a call that is inside.
  func callback<R>(_ body: () -> R) -> R {
    let inside = change { $0.callbacks += 1 }
    let isChange = inside.users < 0
    let outer = callbackThread.load(ordering: .relaxed)
    if isChange { callbackThread.store(pthread_self(), ordering: .relaxed) }
    defer {
      if isChange { callbackThread.store(outer, ordering: .relaxed) }
      change { state in
        guard state.generation == inside.generation else { return }
        // A callback of a query within this one may have been left for good.
        state.callbacks = (isChange ? inside : state).callbacks - 1
      }
    }
    return body()
  }

  /// Nobody is inside.
  var isFree: Bool {
    var state = AccessState(word: word.load(ordering: .acquiring))
    state.forgetQueriesOfParent()
    return state.users == 0
  }

  /// Everybody inside waits for a callback, or is a thread of the process that forked this one.
  var isAtRest: Bool {
    let state = AccessState(word: word.load(ordering: .acquiring))
    return state.callbacks >= abs(state.users) || !state.isOfThisProcess
  }

  /// Whether the calls inside are to end, since nobody has what the gate guards any more.
  var isAbandoned: Bool { abandoned.load(ordering: .relaxed) }

  func abandon() { abandoned.store(true, ordering: .relaxed) }

  private func leave(_ entered: AccessState) {
    change { state in
      // A forked child has forgotten the query.
      guard state.generation == entered.generation else { return }
      if state.users < 0 { (state.users, state.callbacks) = (0, 0) } else { state.users -= 1 }
    }
  }

  /// Changes the state, and returns the new one.
  @discardableResult
  private func change(_ body: (inout AccessState) -> Void) -> AccessState {
    var seen = word.load(ordering: .relaxed)
    while true {
      var state = AccessState(word: seen)
      body(&state)
      let result = word.compareExchange(
        expected: seen, desired: state.word, successOrdering: .acquiringAndReleasing,
        failureOrdering: .relaxed)
      if result.exchanged { return state }
      seen = result.original
    }
  }
}

/// Who is inside a gate, in one word.
private struct AccessState {
  /// The number of queries, or -1 during a change.
  var users: Int
  /// How many calls wait for a callback to return.
  var callbacks: Int
  /// The fork generation of the process whose calls these are, modulo 2^16.
  private(set) var generation: UInt64

  init() {
    (users, callbacks, generation) = (0, 0, Self.currentGeneration)
  }

  /// Bits 0 to 23: users + 1; 24 to 47: callbacks; 48 to 63: generation.
  init(word: UInt64) {
    users = Int(word & 0xff_ffff) - 1
    callbacks = Int(word >> 24 & 0xff_ffff)
    generation = word >> 48
  }

  var word: UInt64 { UInt64(users + 1) | UInt64(callbacks) << 24 | generation << 48 }

  private static var currentGeneration: UInt64 { UInt64(ForkGeneration.current & 0xffff) }

  var isOfThisProcess: Bool { generation == Self.currentGeneration }

  /// In a forked child, the parent's queries are over. A change is not: it may be this very thread's, and if it was
  /// another thread's, it has left the model as it happened to be.
  mutating func forgetQueriesOfParent() {
    if users >= 0, !isOfThisProcess { self = AccessState() }
  }
}
