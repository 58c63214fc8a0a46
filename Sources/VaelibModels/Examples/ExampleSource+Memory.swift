import VaelibNumerics

extension ExampleSource {
  /// All rows where they lie, if that is in memory and as the floats that models see. Must not be written to.
  var matrix: MatrixView? {
    guard parts.count == 1, parts[0].positions.isRun, parts[0].added == nil,
      case .run(let rows) = parts[0].rows
    else { return nil }
    return parts[0].stored.resident?.matrix(rows)
  }

  /// Whether results written to so many bytes from `output` on, while other rows are still read, would change rows that
  /// are in memory. They do not where each result takes the place of its own row.
  public func isOverwritten(from output: UnsafeRawPointer, bytes: Int) -> Bool {
    if let matrix, UnsafeRawPointer(matrix.base) == output,
      rows * matrix.stride * MemoryLayout<Float>.stride == bytes
    {
      return false
    }
    let start = UInt(bitPattern: output)
    let (end, isBeyondMemory) = start.addingReportingOverflow(UInt(bytes))
    return parts.contains { part in
      guard let array = part.stored.resident, let span = part.rows.span else { return false }
      let output = start..<(isBeyondMemory ? .max : end)
      return array.addresses(span).contains { $0.overlaps(output) }
    }
  }
}

extension RowIndices {
  /// From the least number to the greatest; they are in ascending order. nil if there is none.
  fileprivate var span: Range<Int>? { count == 0 ? nil : self[0]..<self[count - 1] + 1 }
}
