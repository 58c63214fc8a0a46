import VaelibNumerics

/// What the values of a set are, which decides the likelihood that suits them. Missing ones are passed over.
enum ValueKind: Sendable {
  /// 0 and 1 alone.
  case binary
  /// Grey levels of up to 8 bits, from 0 to 1: that many equal steps.
  case levels
  /// Any others.
  case real

  /// Whether values can be taken for probabilities of 1.
  var isOfProbabilities: Bool { self != .real }

  /// How many steps there are between black and white, where levels have k bits: 2^k - 1, or 2^k where white is not
  /// counted as a level.
  private static var steps: [Int] { (1...8).flatMap { bits in [(1 << bits) - 1, 1 << bits] } }
  /// Two float32 roundings of a level between 0 and 1.
  private static let tolerance: Float = 1e-6

  /// Looks at the rows until it is decided. Infinite values count as real; training will name them.
  static func of(_ source: any ExampleSource) throws -> ValueKind {
    try of(source, groups: [0..<source.columns])[0]
  }

  /// The kind of each group of columns, found in one pass.
  static func of(_ source: any ExampleSource, groups: [Range<Int>]) throws -> [ValueKind] {
    var steps = groups.map { _ in Self.steps }
    let blocks = ExampleBlocks(source: source, check: nil, control: RunControl())
    _ = try blocks.allSatisfy { block in
      for (index, columns) in groups.enumerated() where !steps[index].isEmpty {
        if !keep(&steps[index], thatFit: block.values.columns(columns)) { steps[index] = [] }
      }
      return steps.contains { !$0.isEmpty }
    }
    return steps.map { $0.isEmpty ? .real : $0[0] == 1 ? .binary : .levels }
  }

  /// Keeps the numbers of steps between 0 and 1 on which all values lie; false if none is left.
  private static func keep(_ steps: inout [Int], thatFit values: MatrixView) -> Bool {
    for row in 0..<values.rows where !isBinary(values.row(row), values.columns) {
      for column in 0..<values.columns {
        let value = values.row(row)[column]
        if value.isNaN { continue }
        guard value >= 0, value <= 1 else { return false }
        // Most values are levels that were seen before, so this removes nothing but at the beginning.
        if !steps.allSatisfy({ isLevel(value, of: $0) }) {
          steps.removeAll { !isLevel(value, of: $0) }
          if steps.isEmpty { return false }
        }
      }
    }
    return true
  }

  /// Counts instead of stopping at the first other value, for which the compiler has instructions.
  private static func isBinary(_ values: UnsafePointer<Float>, _ count: Int) -> Bool {
    var others: Int32 = 0
    for index in 0..<count { others &+= values[index] == 0 || values[index] == 1 ? 0 : 1 }
    return others == 0
  }

  private static func isLevel(_ value: Float, of steps: Int) -> Bool {
    let scaled = value * Float(steps)
    return abs(scaled - scaled.rounded()) <= tolerance * Float(steps)
  }
}
