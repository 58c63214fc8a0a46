import CKernels
import Synchronization

/// Measures calls on the threads that make them, one at a time.
///
/// While a call is measured, its thread knows its profiler. Workers of the pool and threads that read ahead know none,
/// so what they do is not counted twice.
public final class Profiler: @unchecked Sendable {
  private static let isWanted = Atomic<Bool>(false)

  /// Whether calls are to be measured. While they are not, `profiled` costs the look at this.
  public static var isOn: Bool {
    get { isWanted.load(ordering: .relaxed) }
    set { isWanted.store(newValue, ordering: .relaxed) }
  }

  /// What was measured so far. To be read between calls.
  public private(set) var profile: Profile
  /// What is being done, the innermost last.
  private var current: [Work] = []
  /// Until when all time is counted.
  private var counted: UInt64 = 0

  /// `name` is that of the function, or of what is called many times.
  public init(_ name: String) { profile = Profile(name) }

  /// The profiler of the call that this thread makes; nil if it is not measured.
  @usableFromInline static var ofThread: Profiler? { isOn ? known : nil }

  private static var known: Profiler? {
    vaelib_thread_profiler().map { Unmanaged<Profiler>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Measures a call, or one more of several.
  public func measure<R, E: Error>(_ call: () throws(E) -> R) throws(E) -> R {
    try Self.with(self) { () throws(E) in try during(.other, call) }
  }

  /// Runs a callback of the program, which may make calls of its own, and may never return: the thread then knows no
  /// profiler any more.
  public static func callback<R>(_ body: () -> R) -> R {
    guard let profiler = known else { return body() }
    return profiler.during(.callbacks) { with(nil, body) }
  }

  /// Runs `body` on a thread that knows this profiler instead of the one it knew.
  private static func with<R, E: Error>(_ profiler: Profiler?, _ body: () throws(E) -> R) throws(E) -> R {
    let outer = vaelib_thread_profiler()
    vaelib_set_thread_profiler(profiler.map { Unmanaged.passUnretained($0).toOpaque() })
    defer { vaelib_set_thread_profiler(outer) }
    return try body()
  }

  /// Counts the time that `body` takes as this work, but for what is counted within.
  @usableFromInline func during<R, E: Error>(_ work: Work, _ body: () throws(E) -> R) throws(E) -> R {
    countTime()
    current.append(work)
    profile.entries[work, default: Profile.Entry()].count += 1
    defer {
      countTime()
      current.removeLast()
    }
    return try body()
  }

  /// The time since the last look belongs to what is being done.
  private func countTime() {
    let now = vaelib_nanoseconds()
    if let work = current.last { profile.entries[work]?.nanoseconds += now &- counted }
    counted = now
  }

  fileprivate func countOperations(_ operations: Int) {
    if let work = current.last { profile.entries[work]?.operations &+= operations }
  }
}

/// Counts the time that `body` takes as this work, but for what is counted within.
@inlinable
public func profiled<R, E: Error>(_ work: @autoclosure () -> Work, _ body: () throws(E) -> R) throws(E) -> R {
  guard let profiler = Profiler.ofThread else { return try body() }
  return try profiler.during(work(), body)
}

/// Counts floating-point operations of a product for the work that this thread does.
func countOperations(_ operations: @autoclosure () -> Int) {
  Profiler.ofThread?.countOperations(operations())
}
