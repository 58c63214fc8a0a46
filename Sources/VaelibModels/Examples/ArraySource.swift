public import VaelibNumerics

/// Examples in memory that stay unchanged.
public final class ArraySource: StoredExamples {
  private let array: RowArray
  private let owner: (any AnyObject & Sendable)?

  /// `owner` keeps the memory alive; nil if the caller does.
  public init(_ array: RowArray, owner: (any AnyObject & Sendable)?) {
    self.array = array
    self.owner = owner
  }

  /// The first `rows` rows of a buffer.
  convenience init(_ buffer: FloatBuffer, rows: Int, columns: Int) {
    let array = StridedArray.dense(base: buffer.base, elementType: .float32, rows: rows, columns: columns)
    self.init(.dense(array), owner: buffer)
  }

  public var rows: Int { array.rows }
  public var columns: Int { array.columns }
  public var scale: Double { array.scaling.scale }
  public var shift: Double { array.scaling.shift }
  public var resident: RowArray? { array }
  public var blockRows: Int { BlockSize.rows(in: BlockSize.spanBytes, rowBytes: rowBytes) }
  public var windowRows: Int { BlockSize.rows(in: BlockSize.windowBytes, rowBytes: rowBytes) }

  /// Of sparse rows the mean.
  private var rowBytes: Int { array.size(0..<rows).bytes / max(1, rows) }

  public func size(_ rows: RowIndices) -> StoredSize {
    // Dense rows are alike.
    if case .dense = array { return array.size(0..<rows.count) }
    return rows.size { array.size($0) }
  }

  public func load(_ rows: Range<Int>) throws -> LoadedRows {
    LoadedRows(array: array.rows(rows), owner: self)
  }
}
