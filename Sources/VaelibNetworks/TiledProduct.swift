public import VaelibNumerics

/// c = op(a) op(b), where op transposes if asked. Cut into tiles of columns by shape alone, so results do not depend
/// on the number of threads.
///
/// `finish` is called for each tile while it is still in the cache, with the columns of c that it covers.
public func multiplyInTiles(
  _ a: MatrixView, transposeA: Bool = false, _ b: MatrixView, transposeB: Bool = false, into c: MatrixView,
  finish: (_ tile: MatrixView, _ columns: Range<Int>) -> Void = { _, _ in }
) {
  let depth = transposeA ? a.rows : a.columns
  let parts = Partition.parts(flops: 2 * c.rows * c.columns * depth)
  WorkerPool.shared.run(parts: parts) { part in
    let columns = Partition.range(of: c.columns, part: part, parts: parts)
    if columns.isEmpty { return }
    let tile = c.columns(columns)
    multiply(
      a, transposeA: transposeA, transposeB ? b.rows(columns) : b.columns(columns), transposeB: transposeB,
      into: tile)
    finish(tile, columns)
  }
}

/// sums = the sum of all rows of a matrix, in order.
public func sumRows(_ matrix: MatrixView, into sums: UnsafeMutablePointer<Float>) {
  sums.update(repeating: 0, count: matrix.columns)
  for row in 0..<matrix.rows { kernels.addTo(sums, matrix.row(row), matrix.columns) }
}
