/// The matrices of a product, c = a b or c += a b, with a [rows, depth], b [depth, columns], c [rows, columns].
public struct ProductOperands {
  public let rows: Int
  public let columns: Int
  public let depth: Int
  /// Element (i, p) is `a[i * aRow + p * aStep]`; one of the two is 1.
  public let a: Floats
  public let aRow: Int
  public let aStep: Int
  /// Element (p, j) is `b[p * bStep + j * bColumn]`; one of the two is 1. Both are 0 where b is what
  /// `packMatrix` wrote.
  public let b: Floats
  public let bStep: Int
  public let bColumn: Int
  /// Element (i, j) is `c[i * cRow + j]`.
  public let c: MutableFloats
  public let cRow: Int
  /// Whether what c held is added to the product; else it does not matter, not even if it is NaN.
  public let accumulate: Bool

  @inlinable
  public init(
    rows: Int, columns: Int, depth: Int, a: Floats, aRow: Int, aStep: Int, b: Floats, bStep: Int,
    bColumn: Int,
    c: MutableFloats, cRow: Int, accumulate: Bool
  ) {
    self.rows = rows
    self.columns = columns
    self.depth = depth
    self.a = a
    self.aRow = aRow
    self.aStep = aStep
    self.b = b
    self.bStep = bStep
    self.bColumn = bColumn
    self.c = c
    self.cRow = cRow
    self.accumulate = accumulate
  }
}

/// Products of matrices.
public protocol ProductKernels: Sendable {
  /// c = a b, or c += a b, each element as one sum in the order of p, with fused multiply-add where the instruction set
  /// has it: the bits of an element depend on its row, its column and what c held, and on nothing else.
  ///
  /// - Parameter scratch: `scratchCount` floats for copies of parts of the operands, at least
  ///   `leastProductScratch`. With `productScratch` of them the product is fastest.
  static func matrixProduct(_ operands: ProductOperands, _ scratch: MutableFloats, _ scratchCount: Int)
  /// Writes b, [depth, columns] as in `ProductOperands`, in the order in which products of many rows read it:
  /// `packedCount` floats.
  static func packMatrix(
    _ b: Floats, _ bStep: Int, _ bColumn: Int, _ depth: Int, _ columns: Int, _ out: MutableFloats)
  /// How many floats a packed matrix has.
  static func packedCount(_ depth: Int, _ columns: Int) -> Int
  /// How many floats of scratch memory a product can use.
  static var productScratch: Int { get }
  /// With how many it manages.
  static var leastProductScratch: Int { get }
}
