/// A row-major matrix in someone else's memory: element (r, c) is `base[r * stride + c]`.
///
/// A view checks nothing in release builds. Its maker promises that 0 <= columns <= stride, 0 <= rows, that
/// all of them fit in 32 bits, and that the memory outlives the view.
public struct MatrixView: @unchecked Sendable {
  /// The address of element (0, 0).
  public let base: UnsafeMutablePointer<Float>
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// How many floats lie between the starts of two rows.
  public let stride: Int

  /// `stride` is `columns` if left out: a dense matrix.
  @inlinable
  public init(base: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int? = nil) {
    let stride = stride ?? columns
    assert(rows >= 0 && columns >= 0 && columns <= stride && max(rows, stride) <= Int32.max)
    self.base = base
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// The start of row `r`.
  @inlinable
  public func row(_ r: Int) -> UnsafeMutablePointer<Float> {
    assert(r >= 0 && r < rows)
    return base + r &* stride
  }

  /// The columns of `range`, all rows.
  @inlinable
  public func columns(_ range: Range<Int>) -> MatrixView {
    assert(range.lowerBound >= 0 && range.upperBound <= columns)
    return MatrixView(base: base + range.lowerBound, rows: rows, columns: range.count, stride: stride)
  }

  /// The rows of `range`, all columns.
  @inlinable
  public func rows(_ range: Range<Int>) -> MatrixView {
    assert(range.lowerBound >= 0 && range.upperBound <= rows)
    return MatrixView(
      base: base + range.lowerBound &* stride, rows: range.count, columns: columns, stride: stride)
  }
}
