import VaelibNumerics

/// Some of the next rows of a set, where they lie in memory: not yet converted, and kept alive.
struct StoredRows {
  /// Neighbours in the set that lie in one array.
  private struct Piece {
    let first: Int
    let span: SpanList.Loaded
    /// Which row of the span is the piece's first.
    let position: Int
    let count: Int

    /// Which row of the span it is.
    func spanRow(_ row: Int) -> Int { position + row - first }
  }

  private var pieces: [Piece] = []
  private(set) var count = 0

  /// Adds rows of a span from `position` on.
  mutating func append(_ span: SpanList.Loaded, from position: Int, count: Int) {
    pieces.append(Piece(first: self.count, span: span, position: position, count: count))
    self.count += count
  }

  /// Converts the rows of `range` to those of `values`. Different rows may be copied by different threads.
  func copy(_ range: Range<Int>, into values: MatrixView) {
    forEachPiece(of: range) { piece, rows in
      for row in rows {
        let (spanRow, out) = (piece.spanRow(row), values.row(row - range.lowerBound))
        piece.span.array.copyRow(piece.span.rows[spanRow], into: out)
        if let added = piece.span.added { added.copyRow(spanRow, into: out + piece.span.array.columns) }
      }
    }
  }

  private func forEachPiece(of range: Range<Int>, _ body: (Piece, Range<Int>) -> Void) {
    for piece in pieces {
      let rows = range.clamped(to: piece.first..<piece.first + piece.count)
      if !rows.isEmpty { body(piece, rows) }
    }
  }
}
