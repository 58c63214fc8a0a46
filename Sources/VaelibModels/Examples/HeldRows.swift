import VaelibNumerics

/// Numbers of the rows of a set beside those that are stored as its examples: `columns` for each row, held in memory.
public struct HeldRows: Sendable {
  public let columns: Int
  private let values: FloatBuffer
  /// The rows of `values` that they are.
  private let rows: RowIndices

  private init(_ columns: Int, _ values: FloatBuffer, _ rows: RowIndices) {
    (self.columns, self.values, self.rows) = (columns, values, rows)
  }

  /// Reads them all, converted to float. Throws what the source throws, and `ModelError.cancelled`.
  public init(_ source: any ExampleSource, isCancelled: @escaping () -> Bool = { false }) throws {
    let (count, columns) = (source.rows, source.columns)
    try MemoryReserve.require(count, bytes: columns * MemoryLayout<Float>.stride)
    let values = try FloatBuffer(rows: count, columns: columns)
    let all = values.matrix(rows: count, columns: columns)
    let reader = SequentialReader(source, isCancelled: isCancelled)
    for first in stride(from: 0, to: count, by: ExampleBlocks.rows) {
      if isCancelled() { throw ModelError.cancelled }
      try reader.read(into: all.rows(first..<min(first + ExampleBlocks.rows, count)))
    }
    self.init(columns, values, .run(0..<count))
  }

  var count: Int { rows.count }

  /// Those of a row, [columns].
  func row(_ row: Int) -> UnsafePointer<Float> { UnsafePointer(values.base) + rows[row] * columns }

  func copyRow(_ row: Int, into out: UnsafeMutablePointer<Float>) {
    out.update(from: self.row(row), count: columns)
  }

  /// Those of some rows.
  func select(_ chosen: RowIndices) -> HeldRows {
    switch chosen {
    case .run(let run): HeldRows(columns, values, rows[run])
    case .list(let list): HeldRows(columns, values, .list(list.map { rows[$0] }))
    }
  }

  /// The same rows with those of `others`, of which there are as many, behind.
  func joined(with others: HeldRows) throws(NumericsError) -> HeldRows {
    let columns = columns + others.columns
    let values = try FloatBuffer(rows: count, columns: columns)
    for row in 0..<count {
      copyRow(row, into: values.base + row * columns)
      others.copyRow(row, into: values.base + row * columns + self.columns)
    }
    return HeldRows(columns, values, .run(0..<count))
  }

  /// How much is held of them.
  var size: StoredSize { .dense(rows: count, columns: columns, elementType: .float32) }

  /// The same as examples.
  var source: any ExampleSource {
    let all = ArraySource(values, rows: values.count / columns, columns: columns)
    return switch rows {
    case .run(let run): SliceSource(all, rows: run)
    case .list(let list): SelectionSource(all, rows: list)
    }
  }
}
