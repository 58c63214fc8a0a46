import CKernels

/// Notices when other programs want the processors that the workers run on.
///
/// A worker that the system suspends in the middle of a part holds up its region for milliseconds, many times what the
/// region takes. Once that happens, regions run on the calling thread alone for a while: longer if it happens again
/// soon, since the other program is then likely to stay.
struct Contention {
  /// Nanoseconds without workers after the first hold-up, and at most.
  private static let shortestPause: UInt64 = 10_000_000
  private static let longestPause: UInt64 = 320_000_000
  /// Nanoseconds that a worker may be late without any doubt.
  private static let grace: UInt64 = 300_000

  private var pause = shortestPause
  private var aloneUntil: UInt64?

  /// Whether regions should do without workers.
  func isOn(at now: UInt64) -> Bool { aloneUntil.map { now < $0 } ?? false }

  /// Learns how long the caller waited for the last worker after it ran out of parts, which took it `part` each.
  mutating func note(waited: UInt64, part: UInt64, at now: UInt64) {
    guard waited > Self.grace + 3 * part else { return }
    let isRecent = aloneUntil.map { now < $0 + 4 * pause } ?? false
    pause = isRecent ? min(2 * pause, Self.longestPause) : Self.shortestPause
    aloneUntil = now + pause
  }
}
