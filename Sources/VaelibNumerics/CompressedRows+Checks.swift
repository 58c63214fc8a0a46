extension CompressedRows {
  /// What messages call what is stored one after another, and the other axis.
  public struct AxisNames: Sendable {
    public let stored: String
    let other: String

    public static let rows = AxisNames(stored: "row", other: "column")
    /// Of a matrix whose columns are stored one after another.
    public static let columns = AxisNames(stored: "column", other: "row")
  }

  /// What is wrong with a matrix, as a sentence without its end; rows count from 0.
  public struct Flaw: Error {
    public let reason: String
  }

  /// Throws unless `offsets`, one for each of the `rows` stored rows and one more, go from 0 to `count`, never fall, and
  /// give no row more entries than it has columns.
  public static func checkOffsets(
    _ offsets: IndexList, rows: Int, columns: Int, entries count: Int, names: AxisNames = .rows
  ) throws(Flaw) {
    guard offsets[0] == 0 else {
      throw Flaw(reason: "indptr begins with \(offsets[0]); it must begin with 0")
    }
    var last = 0
    for row in 0..<rows {
      let next = offsets[row + 1]
      guard next >= last else {
        throw Flaw(
          reason: "indptr falls from \(last) to \(next) at \(names.stored) \(row); it must never fall")
      }
      guard next <= count else {
        throw Flaw(
          reason: "indptr says that \(names.stored) \(row) ends at entry \(next), but there are \(count) "
            + "entries")
      }
      guard next - last <= columns else {
        throw Flaw(
          reason: "\(names.stored) \(row) has \(next - last) entries, more than there are \(names.other)s, "
            + "\(columns)")
      }
      last = next
    }
    guard last == count else {
      throw Flaw(reason: "indptr ends with \(last), but there are \(count) entries; these must be equal")
    }
  }

  /// Throws unless each stored row has entries of its columns alone, at most one of each. For offsets that were checked.
  ///
  /// - Parameter firstRow: what messages call the first row.
  public func checkEntries(firstRow: Int = 0, names: AxisNames = .rows) throws {
    var marks: ByteBuffer?
    for row in 0..<rows {
      let found = entries(ofChecked: row)
      guard !isAscending(found) else { continue }
      for entry in found {
        let column = indices[entry - entries.lowerBound]
        guard column >= 0, column < width else {
          throw Flaw(
            reason: "\(names.stored) \(firstRow + row) has an entry of \(names.other) \(column) "
              + "(indices[\(entry)]), but the \(names.other)s are 0 to \(width - 1)")
        }
      }
      let marked = try marks ?? Self.noMarks(width)
      marks = marked
      try checkOnce(found, row, marked, firstRow, names)
    }
  }

  /// Whether the columns of entries rise, so that they are columns of the matrix if the first and the last are.
  private func isAscending(_ found: Range<Int>) -> Bool {
    var last = -1
    for entry in found {
      let column = indices[entry &- entries.lowerBound]
      if column <= last { return false }
      last = column
    }
    return last < width
  }

  /// Of each column the number of the last row that has an entry of it, from 1: 0 for none.
  private static func noMarks(_ width: Int) throws(NumericsError) -> ByteBuffer {
    let (bytes, overflow) = width.multipliedReportingOverflow(by: MemoryLayout<Int>.size)
    guard !overflow, let marks = ByteBuffer(count: bytes) else {
      throw .outOfMemory(bytes: overflow ? nil : bytes)
    }
    marks.base.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    return marks
  }

  private func checkOnce(
    _ found: Range<Int>, _ row: Int, _ marks: ByteBuffer, _ firstRow: Int, _ names: AxisNames
  ) throws(Flaw) {
    let last = marks.base.assumingMemoryBound(to: Int.self)
    for entry in found {
      let column = indices[entry - entries.lowerBound]
      guard last[column] != row + 1 else {
        throw Flaw(
          reason:
            "\(names.stored) \(firstRow + row) has several entries of \(names.other) \(column); add them "
            + "up (scipy's sum_duplicates() does)")
      }
      last[column] = row + 1
    }
  }

  private func entries(ofChecked row: Int) -> Range<Int> { rows(row..<row + 1).entries(0..<1) }
}
