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

  private let wantedThreads: Atomic<Int>
  /// Held while a region runs.
  private let region = ForkSafeLock()
  /// Used only while `region` is held.
  nonisolated(unsafe) private var team: WorkerTeam?

  init() {
    wantedThreads = Atomic(min(Int(vaelib_processor_count()), WorkerPool.maximumThreads))
  }

  /// How many threads a region uses at most, the caller included. At first one per processor.
  public var threads: Int { wantedThreads.load(ordering: .relaxed) }

  /// Sets how many threads a region uses at most; 0 stands for one per processor. Safe at any time; regions
  /// that run already are not affected.
  public func setThreads(_ n: Int) {
    let wanted = n > 0 ? n : Int(vaelib_processor_count())
    wantedThreads.store(min(wanted, WorkerPool.maximumThreads), ordering: .relaxed)
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
    if let team, team.generation == vaelib_fork_generation() { return team }
    team = WorkerTeam()
    return team
  }
}
