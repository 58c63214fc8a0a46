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
  /// How much each row counts; nil where all count the same.
  let weights: UnsafePointer<Float>?
  /// Keys noise together with the places: the epoch, or the step in a loop of the caller's own.
  let epoch: Int
  /// Epochs elapsed, a real number.
  let time: Double
  /// Rows of the whole batch, of which these may be a part: gradients are those of the mean over all of them.
  let globalRows: Int

  var rows: Int { examples.rows }

  /// How much a row counts.
  func weight(of row: Int) -> Float { weights?[row] ?? 1 }

  /// What the loss of a row is multiplied by in the mean over the whole batch.
  func share(of row: Int) -> Float { weight(of: row) * (1 / Float(globalRows)) }

  /// The share of the whole batch that this is. It weights terms that occur once in a loss, such as a penalty on
  /// weights.
  var share: Double { Double(rows) / Double(globalRows) }

  /// The mean of the weights times a value of each row; a row of weight 0 may have any.
  func mean(_ value: (_ row: Int) -> Double) -> Double {
    (0..<rows).reduce(0) { sum, row in
      let weight = Double(weight(of: row))
      return weight == 0 ? sum : sum + weight * value(row)
    } / Double(rows)
  }

  /// The sum of the weights.
  var weightSum: Double { (0..<rows).reduce(0) { $0 + Double(weight(of: $1)) } }
}

/// The memory of a batch of up to `capacity` rows, refilled for each step.
final class BatchMemory {
  let capacity: Int
  let columns: Int
  /// How many numbers a head learns of a row; 0 where there is none.
  let targetColumns: Int
  let places: UnsafeMutablePointer<Int>
  /// How much each row counts, where rows have weights.
  let weights: UnsafeMutablePointer<Float>
  private let buffer: FloatBuffer
  private let targetBuffer: FloatBuffer

  init(capacity: Int, columns: Int, targetColumns: Int) throws(NumericsError) {
    self.capacity = capacity
    self.columns = columns
    self.targetColumns = targetColumns
    buffer = try FloatBuffer(rows: capacity, columns: columns)
    targetBuffer = try FloatBuffer(rows: capacity, columns: targetColumns)
    places = .allocate(capacity: capacity)
    weights = .allocate(capacity: capacity)
  }

  deinit {
    places.deallocate()
    weights.deallocate()
  }

  /// The first `rows` rows.
  func examples(_ rows: Int) -> MatrixView { buffer.matrix(rows: rows, columns: columns) }
  func targets(_ rows: Int) -> MatrixView { targetBuffer.matrix(rows: rows, columns: targetColumns) }
}
