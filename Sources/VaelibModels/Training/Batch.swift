import VaelibNumerics

/// A minibatch as an objective gets it.
struct Batch {
  /// [rows, columns], checked by the objective; it may change the values, to binarise them.
  let examples: MatrixView
  /// The place of each row in its set, with which noise is keyed.
  let places: UnsafePointer<Int>
  /// What a head learns of each row, [rows, targetColumns], where there is one; it may change the values, to
  /// standardise them.
  let targets: MatrixView
  /// Keys noise together with the places: the epoch, or the step in a loop of the caller's own.
  let epoch: Int
  /// Epochs elapsed, a real number.
  let time: Double
  /// Rows of the whole batch, of which these may be a part: gradients are those of the mean over all of them.
  let globalRows: Int

  var rows: Int { examples.rows }

  /// The weight of one row in the mean over the whole batch.
  var rowWeight: Float { 1 / Float(globalRows) }

  /// The share of the whole batch that this is. It weights terms that occur once in a loss, such as a penalty on
  /// weights.
  var share: Double { Double(rows) / Double(globalRows) }

  /// The mean of a value of each row.
  func mean(_ value: (_ row: Int) -> Double) -> Double {
    (0..<rows).reduce(0) { $0 + value($1) } / Double(rows)
  }
}

/// The memory of a batch of up to `capacity` rows, refilled for each step.
final class BatchMemory {
  let capacity: Int
  let columns: Int
  /// How many numbers a head learns of a row; 0 where there is none.
  let targetColumns: Int
  let places: UnsafeMutablePointer<Int>
  private let buffer: FloatBuffer
  private let targetBuffer: FloatBuffer

  init(capacity: Int, columns: Int, targetColumns: Int) throws(NumericsError) {
    self.capacity = capacity
    self.columns = columns
    self.targetColumns = targetColumns
    buffer = try FloatBuffer(rows: capacity, columns: columns)
    targetBuffer = try FloatBuffer(rows: capacity, columns: targetColumns)
    places = .allocate(capacity: capacity)
  }

  deinit { places.deallocate() }

  /// The first `rows` rows.
  func examples(_ rows: Int) -> MatrixView { buffer.matrix(rows: rows, columns: columns) }
  func targets(_ rows: Int) -> MatrixView { targetBuffer.matrix(rows: rows, columns: targetColumns) }
}
