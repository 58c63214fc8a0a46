import VaelibNumerics

/// What a trainer minimises: turns a minibatch into a loss and its gradient. Sized once, for `batch.rows` rows.
protocol TrainingObjective: AnyObject {
  /// The flat parameter array of the model.
  var parameters: FloatBuffer { get }
  /// The parts of it that are trained.
  var trained: [Range<Int>] { get }
  /// The batch, [capacity, columns]; filled by the caller before `compute`.
  var batch: MatrixView { get }
  /// The place of each row of the batch in its set.
  var places: UnsafeMutablePointer<Int> { get }

  /// Overwrites the trained parts of `gradients` with the gradient of the loss on the first `rows` rows of `batch`.
  ///
  /// - Parameters:
  ///   - epoch: with the rows' places it keys the noise.
  ///   - time: epochs gone by, a real number.
  func compute(
    rows: Int, epoch: Int, time: Double, gradients: UnsafeMutablePointer<Float>
  ) throws(ModelError) -> StepTerms
}

/// What one step found: means over its batch.
public struct StepTerms: Sendable {
  /// What is minimised, without the weight prior.
  public var loss: Double
  /// The terms of a variational bound; NaN for other models.
  public var bound = BoundTerms(reconstruction: .nan, kl: .nan)
  public var klWeight = Double.nan
  /// The share of wrong labels; NaN without labels.
  public var error = Double.nan
}

/// What one step found, and how it was applied.
public struct StepResult: Sendable {
  public var terms: StepTerms
  public var learningRate: Double
  /// The Euclidean norm of the gradient before clipping.
  public var gradientNorm: Double
}

/// The batch of an objective and the places of its rows.
final class BatchMemory {
  let matrix: MatrixView
  let places: UnsafeMutablePointer<Int>
  private let buffer: FloatBuffer

  init(rows: Int, columns: Int) throws(NumericsError) {
    buffer = try FloatBuffer(rows: rows, columns: columns)
    matrix = buffer.matrix(rows: rows, columns: columns)
    places = .allocate(capacity: rows)
  }

  deinit { places.deallocate() }
}
