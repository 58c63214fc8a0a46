public import VaelibNumerics

/// Neighbouring rows of another source, as a source.
public final class SliceSource: ExampleSource {
  private let whole: any ExampleSource
  private let range: Range<Int>

  /// `range` must lie within the rows of `whole`.
  public init(_ whole: any ExampleSource, rows range: Range<Int>) {
    self.whole = whole
    self.range = range
  }

  public var rows: Int { range.count }
  public var columns: Int { whole.columns }
  public var scale: Double { whole.scale }
  public var shift: Double { whole.shift }
  public var firstRow: Int { whole.firstRow + range.lowerBound }
  public var resident: StridedArray? { whole.resident?.rows(range) }
  public var blockRows: Int { min(whole.blockRows, range.count) }
  public var windowBlocks: Int { whole.windowBlocks }

  public func load(_ rows: Range<Int>) throws -> LoadedRows {
    try whole.load(range.lowerBound + rows.lowerBound..<range.lowerBound + rows.upperBound)
  }
}
