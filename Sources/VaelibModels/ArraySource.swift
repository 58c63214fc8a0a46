public import VaelibNumerics

/// Examples in memory that the caller keeps alive and unchanged.
public final class ArraySource: ExampleSource {
  private let array: StridedArray
  public let firstRow = 0

  public init(_ array: StridedArray) {
    self.array = array
  }

  public var rows: Int { array.rows }
  public var columns: Int { array.columns }
  public var scale: Double { array.scale }
  public var shift: Double { array.shift }
  public var resident: StridedArray? { array }
  public var blockRows: Int { array.rows }
  public var windowBlocks: Int { 1 }

  public func load(_ rows: Range<Int>) throws -> LoadedRows {
    LoadedRows(array: array.rows(rows), owner: self)
  }
}
