import CKernels
import Synchronization

/// Where the time of a call goes, as the thread sees it that made the call: that thread works too, so shares are those of
/// the whole, and the sum is what the call took.
public final class Profile: @unchecked Sendable {
  private struct Entry {
    var nanoseconds: UInt64 = 0
    var count = 0
    var flops = 0
  }

  private static let isWanted = Atomic<Bool>(false)

  /// Whether calls are to be profiled. While it is off, measuring costs the look at it.
  public static var isOn: Bool {
    get { isWanted.load(ordering: .relaxed) }
    set { isWanted.store(newValue, ordering: .relaxed) }
  }

  private let name: String
  /// Used by the thread that makes the call alone.
  private var entries: [Work: Entry] = [:]
  /// What is being done, the innermost last.
  private var current: [Work] = []
  private var since: UInt64 = 0

  /// `name` is that of the function, or of what is called many times.
  public init(_ name: String) { self.name = name }

  /// The profile of this thread's call; nil while profiling is off.
  @usableFromInline static var ofThread: Profile? {
    guard isOn else { return nil }
    return vaelib_thread_profile().map { Unmanaged<Profile>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Measures a call, or one more of several.
  public func measure<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    let outer = vaelib_thread_profile()
    vaelib_set_thread_profile(Unmanaged.passUnretained(self).toOpaque())
    enter(.other)
    defer {
      leave(flops: 0)
      vaelib_set_thread_profile(outer)
    }
    return try body()
  }

  @usableFromInline func enter(_ work: Work) {
    count()
    current.append(work)
  }

  @usableFromInline func leave(flops: Int) {
    count()
    if let work = current.popLast() {
      entries[work, default: Entry()].count += 1
      entries[work, default: Entry()].flops += flops
    }
  }

  /// The time since the last look belongs to what is being done.
  private func count() {
    let now = vaelib_nanoseconds()
    if let work = current.last { entries[work, default: Entry()].nanoseconds += now &- since }
    since = now
  }

  /// Whether nothing was measured yet.
  public var isEmpty: Bool { entries.isEmpty }

  /// A table with a line for each kind of work, the longest first.
  public var text: String {
    let total = entries.values.reduce(0) { $0 + $1.nanoseconds }
    var lines = [
      "\(name): \(fixed(Double(total) * 1e-9, 4)) s, \(cpuDescription())",
      "  share       seconds      times  GFLOP/s  work",
    ]
    let sorted = entries.sorted { ($1.value.nanoseconds, $0.key.label) < ($0.value.nanoseconds, $1.key.label) }
    for (work, entry) in sorted {
      let speed = entry.flops > 0 ? fixed(Double(entry.flops) / Double(max(entry.nanoseconds, 1)), 1) : ""
      let columns = [
        padded(fixed(100 * Double(entry.nanoseconds) / Double(max(total, 1)), 1), 6) + "%",
        padded(fixed(Double(entry.nanoseconds) * 1e-9, 6), 13), padded(String(entry.count), 10), padded(speed, 8),
        " \(work.label)",
      ]
      lines.append(columns.joined(separator: " "))
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension Work {
  fileprivate var label: String { pass.map { "\(name) \($0.rawValue)" } ?? name }
}

/// Counts the time that `body` takes as this work, but for what is counted within. `flops` are the operations of a product.
@inlinable
public func profiled<R, E: Error>(
  _ work: @autoclosure () -> Work, flops: @autoclosure () -> Int = 0, _ body: () throws(E) -> R
) throws(E) -> R {
  guard let profile = Profile.ofThread else { return try body() }
  profile.enter(work())
  defer { profile.leave(flops: flops()) }
  return try body()
}

/// A number with so many digits behind the point.
private func fixed(_ value: Double, _ digits: Int) -> String {
  var unit = 1
  for _ in 0..<digits { unit *= 10 }
  let scaled = Int(min((value * Double(unit)).rounded(), 9e18))
  let rest = String(scaled % unit)
  return "\(scaled / unit)" + (digits > 0 ? "." + String(repeating: "0", count: digits - rest.count) + rest : "")
}

private func padded(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}
