import VaelibNumerics

/// The rows of a set, divided at random into two sets. Both keep the order of the rows.
public struct RowSplit: Sendable {
  public private(set) var training: [Int] = []
  public private(set) var validation: [Int] = []

  /// `round(fraction * rows)` rows are for validation, but at least one and not all.
  ///
  /// Selection sampling (Knuth, volume 2, algorithm 3.4.2S): row i is taken if a random integer below `rows - i` is
  /// below the number still wanted. Every choice of so many rows is equally probable.
  public init(rows: Int, fraction: Double, seed: UInt64) {
    var random = RandomIntegers(RandomPurpose.split.stream(seed: seed))
    var wanted = min(max(Int((fraction * Double(rows)).rounded()), 1), max(1, rows - 1))
    validation.reserveCapacity(wanted)
    training.reserveCapacity(rows - wanted)
    for row in 0..<rows {
      if random.below(UInt64(rows - row)) < UInt64(wanted) {
        validation.append(row)
        wanted -= 1
      } else {
        training.append(row)
      }
    }
  }
}
