import Testing

@testable import VaelibNumerics

/// Sparse rows in memory: as floats, as windows, gathered, and what is wrong with them.
@Suite struct CompressedRowsTests {
  private let offsets: [Int32] = [0, 2, 2, 4, 5]
  private let indices: [Int32] = [0, 2, 2, 1, 0]
  private let values: [Int16] = [5, 1, 3, -2, 7]
  private let dense: [[Float]] = [[5, 0, 1], [0, 0, 0], [0, -2, 3], [7, 0, 0]]

  private func withRows<Result>(_ body: (CompressedRows) throws -> Result) rethrows -> Result {
    try offsets.withUnsafeBytes { offsets in
      try indices.withUnsafeBytes { indices in
        try values.withUnsafeBytes { values in
          try body(
            CompressedRows(
              offsets: IndexList(offsets.baseAddress!, isWide: false),
              indices: IndexList(indices.baseAddress!, isWide: false), values: values.baseAddress!,
              entries: 0..<5, elementType: .int16, rows: 4, width: 3))
        }
      }
    }
  }

  private func floats(_ rows: CompressedRows) -> [[Float]] {
    (0..<rows.rows).map { row in
      var out = [Float](repeating: .nan, count: rows.columns)
      rows.copyRow(row, into: &out)
      return out
    }
  }

  @Test func rowsAndViews() {
    withRows { rows in
      #expect(floats(rows) == dense)
      #expect(floats(rows.rows(1..<3)) == Array(dense[1..<3]))
      #expect(rows.entries(1..<4) == 2..<5)
      let windows = rows.windows(2, length: 2, step: 2)
      #expect(floats(windows) == [dense[0] + dense[1], dense[2] + dense[3]])
      let overlapping = rows.windows(3, length: 2, step: 1)
      #expect(floats(overlapping.rows(1..<3)) == [dense[1] + dense[2], dense[2] + dense[3]])
      let size = RowArray.sparse(rows).size(0..<4)
      #expect(size.isSparse && size.numbers == 5 && size.bytes == 5 * 6 + 5 * 8)
    }
  }

  @Test func gatheredRows() throws {
    try withRows { rows in
      let (copy, owner) = try rows.rows(1..<4).gathered([2, 0, 1, 1])
      try withExtendedLifetime(owner) {
        #expect(floats(copy) == [dense[3], dense[1], dense[2], dense[2]])
        try copy.checkEntries()
      }
      let (windows, memory) = try rows.windows(3, length: 2, step: 1).gathered([2, 0])
      withExtendedLifetime(memory) {
        #expect(floats(windows) == [dense[2] + dense[3], dense[0] + dense[1]])
      }
    }
  }

  @Test func flaws() throws {
    try withRows { rows in
      try CompressedRows.checkOffsets(rows.offsets, rows: 4, columns: 3, entries: 5)
      try rows.checkEntries()
      #expect(throws: CompressedRows.Flaw.self) {
        try CompressedRows.checkOffsets(rows.offsets, rows: 4, columns: 3, entries: 6)
      }
      #expect(throws: CompressedRows.Flaw.self) {
        try CompressedRows.checkOffsets(rows.offsets, rows: 4, columns: 1, entries: 5)
      }
      let narrow = CompressedRows(
        offsets: rows.offsets, indices: rows.indices, values: rows.values, entries: rows.entries,
        elementType: .int16, rows: 4, width: 2)
      let flaw = #expect(throws: CompressedRows.Flaw.self) { try narrow.checkEntries(firstRow: 10) }
      #expect(flaw?.reason.hasPrefix("row 10 has an entry of column 2 (indices[1])") == true)
    }
  }
}
