import VaelibNumerics

/// A minibatch as an objective gets it.
struct Batch {
  /// [rows, columns], checked by the objective; it may change the values, to binarise them.
  let examples: MatrixView
  /// The place of each row in its set, with which noise is keyed.
  let places: UnsafePointer<Int>
  /// The class of each row, where labels are learned.
  let labels: UnsafePointer<Int>
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
  let places: UnsafeMutablePointer<Int>
  let labels: UnsafeMutablePointer<Int>
  private let buffer: FloatBuffer

  init(capacity: Int, columns: Int) throws(NumericsError) {
    self.capacity = capacity
    self.columns = columns
    buffer = try FloatBuffer(rows: capacity, columns: columns)
    places = .allocate(capacity: capacity)
    labels = .allocate(capacity: capacity)
    labels.initialize(repeating: 0, count: capacity)
  }

  deinit {
    places.deallocate()
    labels.deallocate()
  }

  /// The first `rows` rows.
  func examples(_ rows: Int) -> MatrixView { buffer.matrix(rows: rows, columns: columns) }
}
