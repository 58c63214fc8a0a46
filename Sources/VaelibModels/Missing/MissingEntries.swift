import VaelibNumerics

/// Which numbers of some rows are missing: those that are NaN when the rows come.
///
/// Functions of a row touch memory of that row only, so different rows may be worked on by different threads.
final class MissingEntries {
  /// What takes the place of a missing number, [D]: one that the column may hold, since functions of it are computed,
  /// though not used.
  private let substitutes: [Float]
  private let columns: UnsafeMutablePointer<Int32>
  private let counts: UnsafeMutablePointer<Int>

  init(rows: Int, substitutes: [Float]) throws(NumericsError) {
    self.substitutes = substitutes
    let (count, overflow) = rows.multipliedReportingOverflow(by: substitutes.count)
    try MemoryReserve.require(overflow ? .max : count, bytes: MemoryLayout<Int32>.stride)
    columns = .allocate(capacity: count)
    counts = .allocate(capacity: rows)
    counts.initialize(repeating: 0, count: rows)
  }

  deinit {
    columns.deallocate()
    counts.deallocate()
  }

  /// Notes what is missing in an example, and fills it.
  func take(_ row: Int, _ example: UnsafeMutablePointer<Float>) {
    counts[row] = 0
    let width = substitutes.count
    var (low, high): (Float, Float) = (0, 0)
    if kernels.finiteRange(example, width, &low, &high) == 1 { return }
    let first = columns + row * width
    for column in 0..<width where example[column].isNaN {
      first[counts[row]] = Int32(column)
      counts[row] += 1
      example[column] = substitutes[column]
    }
  }

  /// Takes for missing in a row what `others` has as missing there, and besides the columns whose uniform number is
  /// below `fraction`.
  func take(_ row: Int, with others: MissingEntries, hiding fraction: Float, uniforms: UnsafePointer<Float>) {
    let first = columns + row * substitutes.count
    counts[row] = 0
    var rest = others.columns(row)
    for column in 0..<substitutes.count {
      let isMissing = !rest.takeColumns(before: column + 1).isEmpty
      if isMissing || uniforms[column] < fraction {
        first[counts[row]] = Int32(column)
        counts[row] += 1
      }
    }
  }

  /// What is missing in a row that was taken.
  func columns(_ row: Int) -> MissingColumns {
    MissingColumns(UnsafeBufferPointer(start: columns + row * substitutes.count, count: counts[row])[...])
  }
}
