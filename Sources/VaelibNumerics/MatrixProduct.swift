import VaelibKernels

/// c = op(a) op(b), or c += op(a) op(b), where op transposes if asked.
///
/// Shapes: op(a) [m, k], op(b) [k, n], c [m, n]; c overlaps neither. Runs on the calling thread alone. Each element is
/// summed in the order of its terms, so the bits of a row do not depend on how many rows or columns are computed in one
/// call. What c held before does not matter unless `accumulate`, not even if it is NaN.
public func multiply(
  _ a: MatrixView, transposeA: Bool = false, _ b: MatrixView, transposeB: Bool = false, into c: MatrixView,
  accumulate: Bool = false
) {
  let depth = transposeA ? a.rows : a.columns
  assert((transposeA ? a.columns : a.rows) == c.rows)
  assert((transposeB ? b.rows : b.columns) == c.columns)
  assert((transposeB ? b.columns : b.rows) == depth)
  guard c.rows > 0, c.columns > 0 else { return }
  let operands = ProductOperands(
    rows: c.rows, columns: c.columns, depth: depth, a: a.base, aRow: transposeA ? 1 : a.stride,
    aStep: transposeA ? a.stride : 1, b: b.base, bStep: transposeB ? 1 : b.stride,
    bColumn: transposeB ? b.stride : 1, c: c.base, cRow: c.stride, accumulate: accumulate)
  run(operands)
}

/// c = a b, with the same bits as if b was not packed.
public func multiply(_ a: MatrixView, _ b: PackedMatrix, into c: MatrixView) {
  guard c.rows > 0, c.columns > 0 else { return }
  run(b.operands(a, into: c))
}

private func run(_ operands: ProductOperands) {
  countOperations(2 * operands.rows * operands.columns * operands.depth)
  ProductScratch.shared.withScratch { scratch in
    if let memory = scratch.baseAddress { kernels.matrixProduct(operands, memory, scratch.count) }
  }
}
