import VaelibNetworks
public import VaelibNumerics

/// What one step found: means over its batch, nats per example.
public struct StepResult: Sendable {
  public var terms: BoundTerms
  public var klWeight: Double
  public var learningRate: Double
  /// The Euclidean norm of the gradient before clipping.
  public var gradientNorm: Double

  /// What is minimised, without the weight prior.
  public var loss: Double { klWeight * terms.kl - terms.reconstruction }
}

/// One training step at a time: gradients into a flat array, then the optimiser.
public final class Trainer {
  public let model: VariationalAutoencoder
  public let gradients: FloatBuffer
  private let configuration: TrainingConfiguration
  private let schedule: LearningRateSchedule
  private let optimizer: Optimizer
  private let examplesPerEpoch: Int
  private var step: GradientStep
  private var examplesSeen = 0
  private var pendingRows = 0

  /// Throws `ModelError`, `NumericsError`.
  public init(
    _ model: VariationalAutoencoder, _ configuration: TrainingConfiguration, examplesPerEpoch: Int
  ) throws {
    try configuration.validate()
    if examplesPerEpoch < 1 {
      throw ModelError.invalidArgument("examples_per_epoch is \(examplesPerEpoch); it must be at least 1")
    }
    try Self.checkBinarization(model, configuration.binarization)
    self.model = model
    self.configuration = configuration
    self.examplesPerEpoch = examplesPerEpoch
    schedule = configuration.learningRateSchedule
    gradients = try FloatBuffer(count: model.parameters.count)
    optimizer = try Optimizer(
      configuration.optimizer, constants: configuration.optimizerConstants, count: model.parameters.count)
    step = try GradientStep(model, configuration, capacity: min(configuration.batchSize, examplesPerEpoch))
  }

  /// Throws if data would be binarised for a likelihood that is not Bernoulli.
  static func checkBinarization(_ model: VariationalAutoencoder, _ binarization: Binarization)
    throws(ModelError)
  {
    if binarization == .dynamic, model.configuration.likelihood != .bernoulli {
      throw .invalidArgument(
        "binarization is dynamic but the likelihood is \(model.configuration.likelihood.rawValue); "
          + "only bernoulli takes binary data")
    }
  }

  /// Epochs before the current step, a real number.
  private var epochTime: Double { Double(examplesSeen) / Double(examplesPerEpoch) }

  /// The weight of the prior's gradient: the loss is a mean over N examples, the prior stands once for all.
  private var decay: Double { configuration.weightDecay / Double(examplesPerEpoch) }

  /// Computes the gradient on all rows of `batch`; noise is keyed by the step and the row within the batch.
  public func computeGradients(on batch: any ExampleSource) throws -> StepResult {
    try ExampleCheck.shape(batch, columns: model.configuration.dataDimension, what: "the examples")
    if batch.rows > step.capacity { step = try GradientStep(model, configuration, capacity: batch.rows) }
    let block = try batch.block(0..<batch.rows)
    withExtendedLifetime(block) {
      forEachRow(batch.rows, width: batch.columns) { row in
        block.array.copyRow(row, into: step.batch.row(row))
        step.places[row] = row
      }
    }
    return try computeGradients(rows: batch.rows, epoch: optimizer.steps)
  }

  /// Computes the gradient on the rows that `read` puts into the step's batch; nil when it has no more.
  func computeGradients(from reader: BatchReader, epoch: Int) throws -> (result: StepResult, rows: Int)? {
    let rows = try reader.next(
      into: step.batch.rows(0..<min(configuration.batchSize, step.capacity)), places: step.places)
    return rows == 0 ? nil : (try computeGradients(rows: rows, epoch: epoch), rows)
  }

  private func computeGradients(rows: Int, epoch: Int) throws(ModelError) -> StepResult {
    let time = epochTime
    let klWeight = configuration.klWeight(at: time)
    let terms = try step.compute(rows: rows, epoch: epoch, klWeight: klWeight, gradients: gradients.base)
    pendingRows = rows
    return StepResult(
      terms: terms, klWeight: klWeight, learningRate: learningRate(rows: rows), gradientNorm: .nan)
  }

  private func learningRate(rows: Int) -> Double {
    schedule.rate(from: epochTime, to: epochTime + Double(rows) / Double(examplesPerEpoch))
  }

  /// The Euclidean norm of the gradients as they are.
  public func gradientNorm() -> Double { euclideanNorm(gradients.base, ranges: [0..<gradients.count]) }

  /// Applies the gradients: clipping, weight prior, optimiser.
  ///
  /// Throws `numerical`, with nothing changed, if they are not finite.
  ///
  /// - Parameter norm: their Euclidean norm. It costs a pass over the gradients, so a caller who looks at the losses
  ///   instead may leave it out; clipping then computes it.
  public func applyGradients(norm: Double?) throws(ModelError) {
    if pendingRows == 0 { throw .invalidArgument("there are no gradients to apply: compute them first") }
    let limit = configuration.gradientClipNorm
    var gradientScale = 1.0
    if let norm = norm ?? (limit > 0 ? gradientNorm() : nil) {
      if !norm.isFinite {
        throw .numerical("the gradient holds values that are not finite; nothing was applied")
      }
      if limit > 0, norm > limit { gradientScale = limit / norm }
    }
    optimizer.update(
      parameters: model.parameters.base, gradients: gradients.base, rate: learningRate(rows: pendingRows),
      gradientScale: gradientScale, decay: decay)
    examplesSeen += pendingRows
    pendingRows = 0
  }
}
