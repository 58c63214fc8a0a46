extension ExampleSource {
  /// Bytes of float32 that a piece, or the result of a query of it, has at most, unless 512 rows have more.
  private static var pieceBytes: Int { 4 << 20 }

  /// Cuts the rows into pieces, first to last, for queries whose results are wanted piece by piece. `body` gets each
  /// with a control that listens to cancelling alone; the caller is told how far the whole is.
  ///
  /// A query computes the same bits of a piece as of the whole.
  public func forEachPiece(
    resultColumns: Int, control: RunControl, _ body: (SliceSource, RunControl) throws -> Void
  ) throws {
    let progress = QueryProgress(control, rows: rows)
    let quiet = RunControl(isCancelled: control.isCancelled)
    let blocks = Self.pieceBytes / 4 / max(1, columns, resultColumns) / ExampleBlocks.rows
    let piece = max(1, blocks) * ExampleBlocks.rows
    for first in stride(from: 0, to: rows, by: piece) {
      try progress.poll(done: first)
      try body(SliceSource(self, rows: first..<min(first + piece, rows)), quiet)
    }
    try progress.finish()
  }
}
