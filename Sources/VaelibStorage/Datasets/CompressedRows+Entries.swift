import VaelibNumerics

extension CompressedRows {
  /// Calls `body` with each entry: its row, of which the first is called `firstRow`, its column, and where its value is.
  func forEachEntry<Failure: Error>(
    firstRow: Int, _ body: (_ row: Int, _ column: Int, _ value: UnsafeRawPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let size = elementType.byteCount
    for row in 0..<rows {
      for entry in entries(row..<row + 1) {
        let place = entry &- entries.lowerBound
        try body(firstRow + row, indices[place], values + place &* size)
      }
    }
  }
}
