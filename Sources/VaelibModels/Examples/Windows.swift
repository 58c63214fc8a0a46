/// How rows that follow each other in time are cut into examples: window i is rows `i step` to `i step + length - 1`.
/// Rows behind the last whole window are left out.
public struct Windows: Sendable, Equatable {
  public let length: Int
  /// From the begin of a window to that of the next: less than `length` where they overlap.
  public let step: Int

  /// Both are at least 1.
  public init(length: Int, step: Int) {
    self.length = length
    self.step = step
  }

  /// How many windows so many rows have.
  public func count(rows: Int) -> Int { rows < length ? 0 : (rows - length) / step + 1 }

  /// The rows of some neighbouring windows, at least one.
  func rows(of windows: Range<Int>) -> Range<Int> {
    windows.lowerBound * step..<(windows.upperBound - 1) * step + length
  }
}
