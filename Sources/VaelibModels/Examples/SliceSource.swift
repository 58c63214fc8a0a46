/// Neighbouring rows of another set, as a set. They keep their places in the whole.
public final class SliceSource: ExampleSource {
  private let whole: any ExampleSource
  private let range: Range<Int>
  public let parts: [ExamplePart]

  /// `range` must lie within the rows of `whole`.
  public init(_ whole: any ExampleSource, rows range: Range<Int>) {
    self.whole = whole
    self.range = range
    parts = whole.parts.compactMap { $0.slice(range) }
  }

  public var rows: Int { range.count }
  public var columns: Int { whole.columns }
  public var scale: Double { whole.scale }
  public var shift: Double { whole.shift }
  public var firstRow: Int { whole.firstRow + range.lowerBound }
}
