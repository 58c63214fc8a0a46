extension ExampleSource {
  /// Bytes of float32 that a piece, or the result of a query of it, has at most, unless 512 rows have more.
  private static var pieceBytes: Int { 1 << 20 }

  /// Cuts the rows into pieces, first to last, for queries whose results are wanted piece by piece. `body` gets each
  /// with a control that listens to cancelling alone; the caller is told how far the whole is.
  ///
  /// A query computes the same bits of a piece as of the whole: its blocks begin at the same rows.
  public func forEachPiece(
    resultColumns: Int, control: RunControl, _ body: (SliceSource, RunControl) throws -> Void
  ) throws {
    let progress = QueryProgress(control, rows: rows)
    let quiet = RunControl(isCancelled: control.isCancelled)
    let block = max(1, blockRows)
    let fitting = Self.pieceBytes / 4 / max(1, columns, resultColumns)
    let outer = max(block, fitting / block * block)
    let inner =
      block <= fitting ? outer : max(ExampleBlocks.rows, fitting / ExampleBlocks.rows * ExampleBlocks.rows)
    for start in stride(from: 0, to: rows, by: outer) {
      let end = min(start + outer, rows)
      for first in stride(from: start, to: end, by: inner) {
        try progress.poll(done: first)
        try body(SliceSource(self, rows: first..<min(first + inner, end)), quiet)
      }
    }
    try progress.finish()
  }
}
