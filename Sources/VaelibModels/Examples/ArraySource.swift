public import VaelibNumerics

/// Examples in memory that stay unchanged.
public final class ArraySource: StoredExamples {
  private let array: StridedArray
  private let owner: (any AnyObject & Sendable)?

  /// `owner` keeps the memory alive; nil if the caller does.
  public init(_ array: StridedArray, owner: (any AnyObject & Sendable)?) {
    self.array = array
    self.owner = owner
  }

  /// The first `rows` rows of a buffer.
  convenience init(_ buffer: FloatBuffer, rows: Int, columns: Int) {
    let array = StridedArray.dense(base: buffer.base, elementType: .float32, rows: rows, columns: columns)
    self.init(array, owner: buffer)
  }

  public var rows: Int { array.rows }
  public var columns: Int { array.columns }
  public var scale: Double { array.scale }
  public var shift: Double { array.shift }
  public var resident: StridedArray? { array }
  public var blockRows: Int { BlockSize.rows(in: BlockSize.spanBytes, rowBytes: rowBytes) }
  public var windowRows: Int { BlockSize.rows(in: BlockSize.windowBytes, rowBytes: rowBytes) }

  private var rowBytes: Int { array.columns * array.elementType.byteCount }

  public func load(_ rows: Range<Int>) throws -> LoadedRows {
    LoadedRows(array: array.rows(rows), owner: self)
  }
}
