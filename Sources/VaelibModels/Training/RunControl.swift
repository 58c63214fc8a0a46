import Glibc

/// How a long call reports its progress to its caller, and learns whether it should stop.
public struct RunControl {
  /// Asked often, on any thread; true stops the call within one step.
  public var isCancelled: () -> Bool
  /// Called for every epoch, and about every 50 ms in between; false stops the call.
  public var report: ((Progress) -> Bool)?

  public init(isCancelled: @escaping () -> Bool = { false }, report: ((Progress) -> Bool)? = nil) {
    self.isCancelled = isCancelled
    self.report = report
  }

  /// Throws `cancelled` if the caller wants the call to stop.
  func check() throws(ModelError) {
    if isCancelled() { throw .cancelled }
  }

  /// `progress` is put together only if somebody listens.
  func send(_ progress: @autoclosure () -> Progress) throws(ModelError) {
    if let report, !report(progress()) { throw .cancelled }
  }
}

/// The progress of a long call.
public struct Progress: Sendable {
  public enum Kind: Sendable {
    case step
    case epoch
  }
  public var kind: Kind
  /// nil for a query.
  public var phase: Phase?
  /// One of 1 to `epochs`, within this call and phase.
  public var epoch: Int
  public var epochs: Int
  public var examples: Int
  public var examplesPerEpoch: Int
  /// The epoch so far, or as it enters the history.
  public var training = MetricValues()
  public var validation = MetricValues()
}

/// Lets a report through every 50 ms.
public struct ReportClock {
  private static let interval = 0.05
  private var last = monotonicSeconds()

  public init() {}

  /// Whether so much time has gone by since it was true.
  public mutating func isDue() -> Bool {
    let now = monotonicSeconds()
    if now - last < Self.interval { return false }
    last = now
    return true
  }
}

/// Seconds on a clock that only goes forward.
func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
