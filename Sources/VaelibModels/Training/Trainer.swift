import VaelibNetworks
public import VaelibNumerics

/// One training step at a time: gradients into a flat array, then the optimiser.
public final class Trainer {
  /// The parameters that are trained, in place.
  public let parameters: FloatBuffer
  public let gradients: FloatBuffer
  private let configuration: TrainingConfiguration
  private let schedule: LearningRateSchedule
  private let optimizer: Optimizer
  private let examplesPerEpoch: Int
  /// Makes the objective anew for larger batches.
  private let makeObjective: (_ rows: Int) throws -> any TrainingObjective
  private var objective: any TrainingObjective
  private var examplesSeen = 0
  private var pendingRows = 0

  /// Throws `ModelError`, `NumericsError`.
  init(
    _ configuration: TrainingConfiguration, examplesPerEpoch: Int,
    makeObjective: @escaping (_ rows: Int) throws -> any TrainingObjective
  ) throws {
    try Self.check(configuration, examplesPerEpoch: examplesPerEpoch)
    self.configuration = configuration
    self.examplesPerEpoch = examplesPerEpoch
    self.makeObjective = makeObjective
    schedule = configuration.learningRateSchedule
    objective = try makeObjective(min(configuration.batchSize, examplesPerEpoch))
    parameters = objective.parameters
    gradients = try FloatBuffer(count: objective.parameters.count)
    optimizer = try Optimizer(
      configuration.optimizer, constants: configuration.optimizerConstants,
      count: objective.parameters.count, trained: objective.trained)
  }

  /// Throws if no trainer can be made with these.
  static func check(_ configuration: TrainingConfiguration, examplesPerEpoch: Int) throws(ModelError) {
    try configuration.validate()
    if examplesPerEpoch < 1 {
      throw .invalidArgument("examples_per_epoch is \(examplesPerEpoch); it must be at least 1")
    }
  }

  /// Throws if the model got other parameters since the trainer was made.
  private func checkParameters() throws(ModelError) {
    if objective.parameters !== parameters {
      throw .invalidArgument(
        "the stack got a classifier after this trainer was made, and with it other parameters; make a new trainer"
      )
    }
  }

  /// Updates made so far.
  public var steps: Int { optimizer.steps }

  /// The optimiser's moments.
  var moments: FloatBuffer { optimizer.moments }

  /// Goes on after `steps` updates on `examples` examples, which left these moments.
  func resume(steps: Int, examples: Int, moments: FloatBuffer) throws(ModelError) {
    guard optimizer.resume(steps: steps, moments: moments) else {
      throw .invalidArgument(
        "the checkpoint has \(moments.count) moments, \(configuration.optimizer.rawValue) needs "
          + "\(optimizer.moments.count)")
    }
    examplesSeen = examples
  }

  /// Epochs before the current step, a real number.
  private var epochTime: Double { Double(examplesSeen) / Double(examplesPerEpoch) }

  /// The weight of the prior's gradient: the loss is a mean over N examples, the prior stands once for all.
  private var decay: Double { configuration.weightDecay / Double(examplesPerEpoch) }

  /// Computes the gradient on all rows of `batch`; noise is keyed by the step and the row within the batch.
  public func computeGradients(on batch: any ExampleSource) throws -> StepResult {
    try checkParameters()
    try ExampleCheck.shape(batch, columns: objective.batch.columns, what: "the examples")
    if batch.rows > objective.batch.rows { objective = try makeObjective(batch.rows) }
    try SequentialReader(batch).read(into: objective.batch.rows(0..<batch.rows))
    for row in 0..<batch.rows { objective.places[row] = row }
    return try computeGradients(rows: batch.rows, epoch: steps)
  }

  /// Computes the gradient on the next rows of `reader`; nil when it has no more.
  func computeGradients(from reader: BatchReader, epoch: Int) throws -> (result: StepResult, rows: Int)? {
    let rows = try reader.next(
      into: objective.batch.rows(0..<min(configuration.batchSize, objective.batch.rows)),
      places: objective.places)
    return rows == 0 ? nil : (try computeGradients(rows: rows, epoch: epoch), rows)
  }

  private func computeGradients(rows: Int, epoch: Int) throws(ModelError) -> StepResult {
    let terms = try objective.compute(rows: rows, epoch: epoch, time: epochTime, gradients: gradients.base)
    pendingRows = rows
    return StepResult(terms: terms, learningRate: learningRate(rows: rows), gradientNorm: .nan)
  }

  private func learningRate(rows: Int) -> Double {
    schedule.rate(from: epochTime, to: epochTime + Double(rows) / Double(examplesPerEpoch))
  }

  /// The Euclidean norm of the gradients as they are.
  public func gradientNorm() -> Double { euclideanNorm(gradients.base, ranges: objective.trained) }

  /// Applies the gradients: clipping, weight prior, optimiser.
  ///
  /// Throws `numerical`, with nothing changed, if they are not finite.
  ///
  /// - Parameter norm: their Euclidean norm. It costs a pass over the gradients, so a caller who looks at the losses
  ///   instead may leave it out; clipping then computes it.
  public func applyGradients(norm: Double?) throws(ModelError) {
    try checkParameters()
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
      parameters: parameters.base, gradients: gradients.base, rate: learningRate(rows: pendingRows),
      gradientScale: gradientScale, decay: decay)
    examplesSeen += pendingRows
    pendingRows = 0
  }
}

extension Trainer {
  /// A trainer of a variational auto-encoder. Throws `ModelError`, `NumericsError`.
  public convenience init(
    _ model: VariationalAutoencoder, _ configuration: TrainingConfiguration, examplesPerEpoch: Int
  ) throws {
    try configuration.checkForVAE(model.configuration)
    try self.init(configuration, examplesPerEpoch: examplesPerEpoch) {
      try BoundObjective(model, configuration, capacity: $0)
    }
  }
}
