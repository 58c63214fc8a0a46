import VaelibKernels

/// A matrix b [rows, columns] in the order in which products a b read it, for a b that many products use.
public final class PackedMatrix: Sendable {
  public let rows: Int
  public let columns: Int
  private let packed: FloatBuffer

  /// Packs `matrix`, or its transpose.
  public init(_ matrix: MatrixView, transposed: Bool = false) throws(NumericsError) {
    (rows, columns) = transposed ? (matrix.columns, matrix.rows) : (matrix.rows, matrix.columns)
    packed = try FloatBuffer(count: kernels.packedCount(rows, columns))
    kernels.packMatrix(
      matrix.base, transposed ? 1 : matrix.stride, transposed ? matrix.stride : 1, rows, columns, packed.base)
  }

  /// The operands of c = a b.
  func operands(_ a: MatrixView, into c: MatrixView) -> ProductOperands {
    assert(a.columns == rows && c.columns == columns && a.rows == c.rows)
    return ProductOperands(
      rows: c.rows, columns: columns, depth: rows, a: a.base, aRow: a.stride, aStep: 1, b: packed.base,
      bStep: 0, bColumn: 0, c: c.base, cRow: c.stride, accumulate: false)
  }
}
