/// Where the time of one call went, or of several, as the thread sees it that made them: that thread takes part in all
/// work, so the times add up to what the calls took.
public struct Profile: Sendable {
  struct Entry: Sendable {
    var nanoseconds: UInt64 = 0
    /// How often the work was begun.
    var count = 0
    /// Floating-point operations of products.
    var operations = 0
  }

  /// What was measured: the name of a function, or of what is called many times.
  let name: String
  var entries: [Work: Entry] = [:]

  init(_ name: String) { self.name = name }

  /// Whether nothing was measured yet.
  public var isEmpty: Bool { entries.isEmpty }

  var nanoseconds: UInt64 { entries.values.reduce(0) { $0 + $1.nanoseconds } }

  /// A table with a line for each kind of work, the longest first.
  public var text: String {
    let total = nanoseconds
    let head = [
      "\(name): \(decimal(Double(total) * 1e-9, digits: 4)) s, \(cpuDescription())",
      "  share       seconds      times  GFLOP/s  work",
    ]
    let sorted = entries.sorted {
      ($1.value.nanoseconds, $0.key.label) < ($0.value.nanoseconds, $1.key.label)
    }
    return (head + sorted.map { line($0, $1, total: total) }).joined(separator: "\n") + "\n"
  }

  private func line(_ work: Work, _ entry: Entry, total: UInt64) -> String {
    let time = Double(entry.nanoseconds)
    let share = decimal(100 * time / Double(max(total, 1)), digits: 1)
    let speed = entry.operations > 0 ? decimal(Double(entry.operations) / max(time, 1), digits: 1) : ""
    return [
      padded(share, 6) + "%", padded(decimal(time * 1e-9, digits: 6), 13), padded(String(entry.count), 10),
      padded(speed, 8), " \(work.label)",
    ].joined(separator: " ")
  }
}

/// A number with so many digits behind the point, whatever the program's locale.
private func decimal(_ value: Double, digits: Int) -> String {
  let unit = (0..<digits).reduce(1) { unit, _ in unit * 10 }
  let scaled = Int(min((value * Double(unit)).rounded(), 9e18))
  let fraction = String(scaled % unit)
  return "\(scaled / unit)." + String(repeating: "0", count: digits - fraction.count) + fraction
}

private func padded(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}
