import CKernels
import Synchronization

/// The threads that share the work of a call: the calling thread and workers that wait for it.
///
/// Workers start when first needed and stay. Between two regions they spin for some 30 microseconds, since a
/// training step is a quick succession of regions, then sleep. A forked child has none and starts its own.
public final class WorkerPool: Sendable {
  /// The one pool of the process.
  public static let shared = WorkerPool()

  /// The most threads that a pool will use.
  public static let maximumThreads = 256

  /// 0 until somebody asks: the processors that the process may run on are counted when it starts to work, not when
  /// the library is loaded.
  private let wantedThreads = Atomic<Int>(0)
  /// The fork generation in which the default was determined; a forked child, which may be one of many, does it again. The
  /// greatest number stands for what the program set.
  private let determinedIn = Atomic<UInt32>(0)
  private static let setByProgram = UInt32.max
  private let settingLock = ForkSafeLock()
  /// Where the number of threads comes from; nil if the program set it. Used while `settingLock` is held.
  nonisolated(unsafe) private var standard: DefaultThreads?
  /// Held while a region runs.
  private let region = ForkSafeLock()
  /// Used only while `region` is held.
  nonisolated(unsafe) private var team: WorkerTeam?

  /// How many threads a region uses at most, the caller included.
  ///
  /// At first the least of the processors that the process may run on, the CPU quotas of its control groups, and
  /// VAELIB_NUM_THREADS or, if that is not set, OMP_NUM_THREADS.
  public var threads: Int {
    if let known = knownThreads { return known }
    return settingLock.withLock { determinedThreads() }
  }

  /// The number that is set, or was determined in this process.
  private var knownThreads: Int? {
    let wanted = wantedThreads.load(ordering: .relaxed)
    let generation = determinedIn.load(ordering: .relaxed)
    let isOfThisProcess = generation == Self.setByProgram || generation == ForkGeneration.current
    return wanted > 0 && isOfThisProcess ? wanted : nil
  }

  /// Sets how many threads a region uses at most; 0 stands for the default, which is determined again. Safe at any
  /// time; regions that run already are not affected.
  public func setThreads(_ n: Int) {
    settingLock.withLock {
      standard = nil
      determinedIn.store(Self.setByProgram, ordering: .relaxed)
      wantedThreads.store(min(max(n, 0), WorkerPool.maximumThreads), ordering: .relaxed)
      _ = determinedThreads()
    }
  }

  /// The wanted number, or the default, which is determined if there is none yet. `settingLock` must be held.
  private func determinedThreads() -> Int {
    if let known = knownThreads { return known }
    let current = DefaultThreads.current()
    standard = current
    determinedIn.store(ForkGeneration.current, ordering: .relaxed)
    wantedThreads.store(current.count, ordering: .relaxed)
    return current.count
  }

  /// How many threads there are and why: "2 threads (one per processor)". Names a variable that could not be used.
  public var threadsDescription: String {
    settingLock.withLock {
      let count = determinedThreads()
      let reason = standard?.reason ?? "set by the program"
      let complaint = standard?.complaint.map { "; \($0)" } ?? ""
      return "\(count) thread\(count == 1 ? "" : "s") (\(reason)\(complaint))"
    }
  }

  /// Runs body(0), ..., body(parts - 1), each once, on up to `threads` threads, and returns when all are
  /// done.
  ///
  /// Which thread runs which part is left open: to get the same bits for any number of threads, parts must
  /// write to places of their own. Workers take over the caller's floating-point mode. A call from within a
  /// part, or while another thread's region runs, runs its parts itself, one after another.
  public func run(parts: Int, _ body: (Int) -> Void) {
    let helpers = min(threads, parts) - 1
    guard helpers > 0, region.tryLock() else { return runSerially(parts, body) }
    defer { region.unlock() }
    guard let team = currentTeam() else { return runSerially(parts, body) }
    withoutActuallyEscaping(body) { team.run(parts: parts, helpers: helpers, $0) }
  }

  private func runSerially(_ parts: Int, _ body: (Int) -> Void) {
    for part in 0..<max(parts, 0) { body(part) }
  }

  /// The team of this process; nil if the system has no resources for one.
  private func currentTeam() -> WorkerTeam? {
    if let team, team.generation == ForkGeneration.current { return team }
    team = WorkerTeam()
    return team
  }
}
