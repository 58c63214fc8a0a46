import CKernels
import Synchronization

/// The workers of one process, and the gate through which they enter a region of parallel work.
///
/// The caller opens the gate; whichever workers notice walk in, take parts, and walk out. When the parts are used up the
/// caller closes the gate and waits for those inside, so it never waits for a worker that is asleep or that the system has
/// suspended.
final class WorkerTeam: @unchecked Sendable {
  /// The fork generation of the process whose threads these are.
  let generation = ForkGeneration.current

  private let gate = Atomic<UInt64>(0)
  private let shares = PartShares(threads: WorkerPool.maximumThreads)
  private let sleepers = Atomic<Int>(0)
  /// The processor on which the caller opened the last region.
  private let callerProcessor = Atomic<Int32>(-1)
  private let parking: OpaquePointer

  /// Written by the caller while the gate is closed and nobody is inside; read by those inside.
  private var job = Job(parts: 0, threads: 1, floatingPointMode: 0) { _ in }
  /// How many workers have been started. Written by the caller only.
  private let workers = Atomic<Int>(0)
  /// The last number that a worker was given.
  private let numbers = Atomic<Int>(0)
  /// Used by the caller only.
  private var regions: UInt64 = 0

  private struct Job {
    var parts: Int
    /// That may take part, the caller, which is number 0, included.
    var threads: Int
    var floatingPointMode: UInt64
    var body: (Int) -> Void
  }

  /// Nil if the system has no resources for a parking place.
  init?() {
    guard let parking = vaelib_parking_create() else { return nil }
    self.parking = parking
  }

  // MARK: The caller's side

  /// Runs all parts on the calling thread and at most `helpers` workers. One call at a time.
  func run(parts: Int, helpers: Int, _ body: @escaping (Int) -> Void) {
    startWorkers(upTo: helpers)
    let limit = min(helpers, workers.load(ordering: .relaxed))
    job = Job(
      parts: parts, threads: limit + 1, floatingPointMode: vaelib_floating_point_mode(), body: body)
    shares.deal(parts: parts, threads: limit + 1)
    openGate(limit: limit)
    runParts(thread: 0)
    profiled(.waitingForWorkers) { closeGate() }
    job.body = { _ in }
  }

  private func startWorkers(upTo wanted: Int) {
    while workers.load(ordering: .relaxed) < wanted {
      let reference = Unmanaged.passRetained(self)
      let status = vaelib_start_thread(
        { pointer in
          guard let pointer else { return }
          Unmanaged<WorkerTeam>.fromOpaque(pointer).takeRetainedValue().work()
        }, reference.toOpaque())
      guard status == 0 else { return reference.release() }
      workers.wrappingAdd(1, ordering: .relaxed)
    }
  }

  private func openGate(limit: Int) {
    let processor = vaelib_current_processor()
    if callerProcessor.load(ordering: .relaxed) != processor {
      callerProcessor.store(processor, ordering: .relaxed)
    }
    regions &+= 1
    gate.store(Gate(region: regions, limit: limit).word, ordering: .sequentiallyConsistent)
    // A worker about to sleep announces itself before it looks at the gate a last time, so either it sees the
    // open gate or it is counted here.
    let asleep = sleepers.load(ordering: .sequentiallyConsistent)
    if asleep > 0 {
      profiled(.waitingForWorkers) { vaelib_parking_wake(parking, Int32(clamping: min(asleep, limit))) }
    }
  }

  private func closeGate() {
    gate.bitwiseAnd(~Gate.openBit, ordering: .acquiringAndReleasing)
    var spins = 0
    while Gate(word: gate.load(ordering: .acquiring)).inside > 0 {
      spins &+= 1
      if spins & 127 != 0 {
        vaelib_spin_hint()
      } else if spins < 1 << 15 {
        vaelib_yield()
      } else {
        // Some hundred microseconds have passed. A worker that the system has suspended may need this very processor,
        // and would not get it by yielding if the caller is a thread of real-time priority.
        vaelib_pause(50_000)
      }
    }
  }

  // MARK: Both sides

  /// Not inlined, so that references to the body are given back before a worker leaves.
  @inline(never)
  private func runParts(thread: Int) {
    shares.take(parts: job.parts, threads: job.threads, own: thread, job.body)
  }

  // MARK: The workers' side

  private func work() {
    let number = numbers.wrappingAdd(1, ordering: .relaxed).newValue
    var lastRegion: UInt64 = 0
    var place = WorkerPlace()
    while true {
      waitForRegion(after: lastRegion)
      place.keepOff(
        callerProcessor.load(ordering: .relaxed), workers: workers.load(ordering: .relaxed))
      lastRegion = enterAndWork(number)
    }
  }

  /// Enters the region that is open, if any and if there is room, and returns its number. `worker` counts from 1.
  private func enterAndWork(_ worker: Int) -> UInt64 {
    var seen = gate.load(ordering: .acquiring)
    while Gate(word: seen).hasRoom {
      let (exchanged, now) = gate.compareExchange(
        expected: seen, desired: seen + 1, ordering: .acquiringAndReleasing)
      if exchanged {
        adoptFloatingPointMode()
        // Where fewer workers than there are may take part, two may have one share.
        runParts(thread: worker < job.threads ? worker : 1 + worker % (job.threads - 1))
        gate.wrappingSubtract(1, ordering: .acquiringAndReleasing)
        break
      }
      seen = now
    }
    return Gate(word: seen).region
  }

  private func adoptFloatingPointMode() {
    let mode = job.floatingPointMode
    if vaelib_floating_point_mode() != mode { vaelib_set_floating_point_mode(mode) }
  }

  private func isOpen(after region: UInt64) -> Bool {
    let state = Gate(word: gate.load(ordering: .sequentiallyConsistent))
    return state.isOpen && state.region != region
  }

  private func waitForRegion(after region: UInt64) {
    let start = vaelib_nanoseconds()
    repeat {
      for _ in 0..<64 {
        if isOpen(after: region) { return }
        vaelib_spin_hint()
      }
      // On a busy machine the thread that would open the gate may be waiting for this very processor.
      vaelib_yield()
    } while vaelib_nanoseconds() &- start < 30_000
    sleep(after: region)
  }

  private struct Sleeper {
    let team: WorkerTeam
    let region: UInt64
  }

  /// Whether the sleeper at `place` has nothing to do.
  private static func isIdle(_ place: UnsafeMutableRawPointer?) -> Bool {
    guard let sleeper = place?.assumingMemoryBound(to: Sleeper.self).pointee else { return false }
    return !sleeper.team.isOpen(after: sleeper.region)
  }

  private func sleep(after region: UInt64) {
    var sleeper = Sleeper(team: self, region: region)
    sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
    withUnsafeMutablePointer(to: &sleeper) { place in
      vaelib_parking_sleep(parking, { WorkerTeam.isIdle($0) ? 1 : 0 }, place)
    }
    sleepers.wrappingSubtract(1, ordering: .relaxed)
  }
}

/// The state of a region in one word: how many workers are inside (bits 0 to 15), how many may be (16 to 31),
/// whether more may enter (32), and the number of the region.
private struct Gate {
  static let openBit: UInt64 = 1 << 32

  let word: UInt64

  init(word: UInt64) { self.word = word }

  /// An open gate that nobody has passed yet.
  init(region: UInt64, limit: Int) {
    word = region << 33 | Gate.openBit | UInt64(truncatingIfNeeded: limit) << 16
  }

  var inside: UInt64 { word & 0xffff }
  var limit: UInt64 { word >> 16 & 0xffff }
  var isOpen: Bool { word & Gate.openBit != 0 }
  var hasRoom: Bool { isOpen && inside < limit }
  var region: UInt64 { word >> 33 }
}
