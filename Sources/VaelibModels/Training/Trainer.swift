import VaelibNetworks
public import VaelibNumerics

/// One training step at a time: a batch, its gradients in a flat array, then the optimiser.
public final class Trainer {
  /// The parameters that are trained, in place.
  public let parameters: FloatBuffer
  public let gradients: FloatBuffer
  private let configuration: TrainingConfiguration
  private let schedule: LearningRateSchedule
  private let optimizer: Optimizer
  private let examplesPerEpoch: Int
  /// What learns labels or targets; nil where none are learned.
  private let head: HeadShape?
  /// Makes a new objective for larger batches.
  private let makeObjective: (_ rows: Int) throws -> any TrainingObjective
  private var objective: any TrainingObjective
  private var memory: BatchMemory
  private var examplesSeen = 0
  private var limit: GradientLimit
  /// Rows of the whole batch whose gradients are computed and not yet applied.
  private var pendingRows = 0

  /// `capacity` are the rows of the batches to be expected; larger ones take more memory when they come.
  ///
  /// Throws `ModelError`, `NumericsError`.
  init(
    _ configuration: TrainingConfiguration, columns: Int, examplesPerEpoch: Int, head: HeadShape?,
    capacity: Int,
    makeObjective: @escaping (_ rows: Int) throws -> any TrainingObjective
  ) throws {
    try Self.check(configuration, examplesPerEpoch: examplesPerEpoch)
    self.configuration = configuration
    limit = GradientLimit(configuration.gradientClipNorm)
    self.examplesPerEpoch = examplesPerEpoch
    self.head = head
    self.makeObjective = makeObjective
    schedule = configuration.learningRateSchedule
    objective = try makeObjective(capacity)
    memory = try BatchMemory(
      capacity: capacity, columns: columns, targetColumns: head?.targetColumns ?? 0)
    parameters = objective.parameters
    gradients = try FloatBuffer(count: objective.parameters.count)
    optimizer = try Optimizer(
      configuration.optimizer, constants: configuration.optimizerConstants,
      count: objective.parameters.count, trained: objective.trained, paces: objective.paces)
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
        "a head was added to the stack after this trainer was made, and its parameters changed; make a new trainer"
      )
    }
  }

  /// Updates made so far.
  public var steps: Int { optimizer.steps }

  /// The optimiser's moments.
  var moments: FloatBuffer { optimizer.moments }

  /// What the limit of gradients takes for their usual norm.
  var usualGradientNorm: Double { limit.usualNorm }

  /// Continues after `steps` updates on `examples` examples, which left these moments and this usual norm.
  func resume(
    steps: Int, examples: Int, moments: FloatBuffer, usualGradientNorm: Double
  ) throws(ModelError) {
    guard optimizer.resume(steps: steps, moments: moments) else {
      throw .invalidArgument(
        "the checkpoint has \(moments.count) moments, \(configuration.optimizer.rawValue) needs "
          + "\(optimizer.moments.count)")
    }
    examplesSeen = examples
    limit.usualNorm = usualGradientNorm
  }

  /// Epochs before the current step, a real number.
  private var epochTime: Double { Double(examplesSeen) / Double(examplesPerEpoch) }

  /// The weight of the prior's gradient: the loss is a mean over N examples, the prior occurs once for all of them.
  private var decay: Double { configuration.weightDecay / Double(examplesPerEpoch) }

  /// Computes the gradient on all rows of `batch`, which may be a part of a larger one: summed over the parts of a
  /// whole batch, the gradients are those of the mean over its rows.
  ///
  /// Noise is keyed by the step, and by the place of the row. Weights of rows are taken as they are: the loss is the mean
  /// over the rows of each one's loss times its weight.
  ///
  /// - Parameters:
  ///   - firstRow: the row of the whole batch, or of the set, that row 0 counts as; nil for where a slice begins in its
  ///     set.
  ///   - globalRows: rows of the whole batch; nil if this is all of it.
  public func computeGradients(
    on batch: LabeledExamples, firstRow: Int? = nil, globalRows: Int? = nil
  ) throws -> MetricValues {
    let source = batch.source
    try checkParameters()
    try ExampleCheck.shape(source, columns: memory.columns, what: "the examples")
    try head?.check(batch, what: "the batch's examples")
    let whole = globalRows ?? source.rows
    if whole < source.rows {
      throw ModelError.invalidArgument(
        "global_rows is \(whole), but the batch alone has \(source.rows) rows; give the rows of the whole batch"
      )
    }
    if source.rows > memory.capacity {
      objective = try makeObjective(source.rows)
      memory = try BatchMemory(
        capacity: source.rows, columns: memory.columns, targetColumns: memory.targetColumns)
    }
    try SequentialReader(source).read(into: memory.examples(source.rows))
    for row in 0..<source.rows {
      // Wraps only for rows that no set has.
      memory.places[row] = (firstRow ?? source.firstRow) &+ row
      memory.weights[row] = batch.weight(row: row)
      if head != nil { batch.copyTarget(row: row, into: memory.targets(source.rows).row(row)) }
    }
    return try computeGradients(
      rows: source.rows, isWeighted: batch.weights != nil, epoch: steps, globalRows: whole)
  }

  /// Computes the gradient on the next rows of `reader`; nil when it has no more.
  func computeGradients(
    from reader: BatchReader, of examples: LabeledExamples, epoch: Int
  ) throws -> (step: MetricValues, rows: Int)? {
    let rows = try reader.next(into: memory.examples(memory.capacity), places: memory.places)
    if rows == 0 { return nil }
    if head != nil {
      let targets = memory.targets(rows)
      for row in 0..<rows { examples.copyTarget(place: memory.places[row], into: targets.row(row)) }
    }
    if let weights = examples.weights {
      for row in 0..<rows { memory.weights[row] = weights[memory.places[row] - examples.source.firstRow] }
    }
    let step = try computeGradients(
      rows: rows, isWeighted: examples.weights != nil, epoch: epoch, globalRows: rows)
    return (step, rows)
  }

  private func computeGradients(
    rows: Int, isWeighted: Bool, epoch: Int, globalRows: Int
  ) throws(ModelError) -> MetricValues {
    let batch = Batch(
      examples: memory.examples(rows), places: memory.places, targets: memory.targets(rows),
      weights: isWeighted ? UnsafePointer(memory.weights) : nil, epoch: epoch, time: epochTime,
      globalRows: globalRows)
    var metrics = try objective.compute(batch, gradients: gradients.base)
    pendingRows = globalRows
    metrics[.learningRate] = learningRate(rows: globalRows)
    return metrics
  }

  private func learningRate(rows: Int) -> Double {
    schedule.rate(from: epochTime, to: epochTime + Double(rows) / Double(examplesPerEpoch))
  }

  /// The Euclidean norm of the gradients as they are.
  public func gradientNorm() -> Double { euclideanNorm(gradients.base, of: objective.trained) }

  /// Applies the gradients: clipping, weight prior, optimiser. The schedules advance by the rows of the whole batch.
  ///
  /// Throws `numerical`, with nothing changed, if they are not finite.
  ///
  /// - Parameter norm: their Euclidean norm. It costs a pass over the gradients, so a caller who looks at the losses
  ///   instead may leave it out; clipping then computes it.
  public func applyGradients(norm: Double?) throws(ModelError) {
    try checkParameters()
    if pendingRows == 0 { throw .invalidArgument("there are no gradients to apply: compute them first") }
    let (seen, isTooMany) = examplesSeen.addingReportingOverflow(pendingRows)
    if isTooMany {
      throw .invalidArgument(
        "global_rows is \(pendingRows), and \(examplesSeen) rows came before: more than can be counted")
    }
    var gradientScale = 1.0
    if let norm = norm ?? (limit.isLimited ? gradientNorm() : nil) {
      if !norm.isFinite {
        throw .numerical("the gradient holds values that are not finite; nothing was applied")
      }
      gradientScale = limit.scale(norm: norm)
    }
    optimizer.update(
      parameters: parameters.base, gradients: gradients.base, rate: learningRate(rows: pendingRows),
      gradientScale: gradientScale, decay: decay)
    examplesSeen = seen
    pendingRows = 0
  }

  /// Applies gradients that come from elsewhere, those of a whole batch of `rows` rows.
  public func applyGradients(rows: Int, norm: Double?) throws(ModelError) {
    if rows < 1 { throw .invalidArgument("global_rows is \(rows); it must be at least 1") }
    pendingRows = rows
    try applyGradients(norm: norm)
  }
}
