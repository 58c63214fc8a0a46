import VaelibNetworks
import VaelibNumerics

extension VariationalAutoencoder {
  /// Trains on `examples`; after every epoch computes the bound of `validation`, if given.
  ///
  /// - Returns: what the caller should know although training succeeded.
  /// - Throws: `ModelError.data` with the model as it was; `.numerical` with the last good weights; `.cancelled` with
  ///   the weights reached; whatever the source throws when reading, with the model as it was.
  public func fit(
    _ examples: any ExampleSource, validation: (any ExampleSource)? = nil,
    configuration: TrainingConfiguration, control: RunControl = RunControl()
  ) throws -> [String] {
    let run = try TrainingRun(
      self, examples, validation: validation, configuration: configuration, control: control)
    return try run.run()
  }
}

/// One call of `fit`.
private final class TrainingRun {
  private let model: VariationalAutoencoder
  private let examples: any ExampleSource
  private let validation: (any ExampleSource)?
  private let configuration: TrainingConfiguration
  private let control: RunControl
  private let trainer: Trainer
  private let initial: Snapshot
  private let epochStart: Snapshot
  private let best: Snapshot?
  private var clock = ReportClock()

  init(
    _ model: VariationalAutoencoder, _ examples: any ExampleSource, validation: (any ExampleSource)?,
    configuration: TrainingConfiguration, control: RunControl
  ) throws {
    let columns = model.configuration.dataDimension
    try ExampleCheck.shape(examples, columns: columns, what: "the training examples")
    if let validation {
      try ExampleCheck.shape(validation, columns: columns, what: "the validation examples")
    } else if configuration.patience > 0 {
      throw ModelError.invalidArgument(
        "patience is \(configuration.patience) but there is no validation set: give one, or set patience to 0"
      )
    }
    self.model = model
    self.examples = examples
    self.validation = validation
    self.configuration = configuration
    self.control = control
    trainer = try Trainer(model, configuration, examplesPerEpoch: examples.rows)
    initial = try Snapshot(model.parameters)
    epochStart = try Snapshot(model.parameters)
    best = configuration.patience > 0 ? try Snapshot(model.parameters) : nil
  }

  func run() throws -> [String] {
    let history = model.history
    let check = ExampleCheck(model.configuration)
    for source in [examples, validation] { if let source { try check.checkResident(source) } }
    let warnings = try warnings()
    do {
      try runEpochs()
    } catch let error as ModelError where error.keepsProgress {
      finish()
      throw error
    } catch {
      initial.restore()
      model.history = history
      throw error
    }
    finish()
    return warnings
  }

  private func warnings() throws -> [String] {
    try model.evaluationWarnings(examples, configuration.evaluation)
  }

  private func finish() {
    model.trainingConfiguration = configuration
    model.dataScale = examples.scale
    model.dataShift = examples.shift
  }

  private func runEpochs() throws {
    var bestBound = -Double.infinity
    var epochsWithoutBetter = 0
    defer { if bestBound > -.infinity { best?.restore() } }
    for epoch in 1...configuration.epochs {
      epochStart.take()
      var record = try runEpoch(epoch)
      let begin = monotonicSeconds()
      if let validation {
        record.validation = try model.meanBound(
          validation, configuration.evaluation, control: validationControl(epoch, record))
        record.seconds += monotonicSeconds() - begin
      }
      model.history.append(record)
      if record.validation.elbo > bestBound, let best {
        bestBound = record.validation.elbo
        epochsWithoutBetter = 0
        best.take()
      } else {
        epochsWithoutBetter += 1
      }
      try control.send(progress(.epoch, epoch, examples.rows, record))
      if best != nil, epochsWithoutBetter >= configuration.patience { return }
    }
  }

  /// While a validation set is walked, the caller hears of the epoch it belongs to.
  private func validationControl(_ epoch: Int, _ record: EpochRecord) -> RunControl {
    guard let report = control.report else { return control }
    let progress = progress(.step, epoch, examples.rows, record)
    return RunControl(isCancelled: control.isCancelled, report: { _ in report(progress) })
  }

  private func progress(_ kind: Progress.Kind, _ epoch: Int, _ done: Int, _ record: EpochRecord) -> Progress {
    Progress(
      kind: kind, epoch: epoch, epochs: configuration.epochs, examples: done, examplesPerEpoch: examples.rows,
      record: record)
  }

  private func runEpoch(_ epoch: Int) throws -> EpochRecord {
    let begin = monotonicSeconds()
    let seenBefore = model.history.last?.examplesSeen ?? 0
    var mean = EpochMean(epoch: (model.history.last?.epoch ?? 0) + 1)
    let reader = BatchReader(
      examples, seed: configuration.seed, epoch: mean.record.epoch, isCancelled: control.isCancelled)
    var batch = 0
    while let (result, rows) = try trainer.computeGradients(from: reader, epoch: mean.record.epoch) {
      batch += 1
      if !result.terms.loss.isFinite {
        throw badBatch(mean.record.epoch, batch, "the loss is \(result.terms.loss)")
      }
      try apply(mean.record.epoch, batch)
      mean.add(result, rows: rows)
      try control.check()
      if clock.isDue() {
        mean.record.seconds = monotonicSeconds() - begin
        mean.record.examplesSeen = seenBefore + UInt64(mean.rows)
        try control.send(progress(.step, epoch, mean.rows, mean.record))
      }
    }
    if !euclideanNorm(model.parameters.base, ranges: [0..<model.parameters.count]).isFinite {
      throw badBatch(mean.record.epoch, batch, "the weights are no longer finite")
    }
    mean.record.seconds = monotonicSeconds() - begin
    mean.record.examplesSeen = seenBefore + UInt64(mean.rows)
    return mean.record
  }

  private func apply(_ epoch: Int, _ batch: Int) throws(ModelError) {
    do {
      try trainer.applyGradients(norm: nil)
    } catch .numerical(let text) {
      throw badBatch(epoch, batch, text)
    }
  }

  /// Goes back to the weights before this epoch.
  private func badBatch(_ epoch: Int, _ batch: Int, _ what: String) -> ModelError {
    epochStart.restore()
    return .numerical(
      "epoch \(epoch), batch \(batch): \(what); the weights from before this epoch were kept. "
        + "A lower learning_rate, or a gradient_clip_norm, usually helps")
  }
}

/// Running means over the steps of an epoch, weighted by their rows.
private struct EpochMean {
  var record = EpochRecord()
  private(set) var rows = 0
  private var loss = 0.0
  private var terms = BoundTerms()

  init(epoch: Int) {
    record.epoch = epoch
  }

  mutating func add(_ result: StepResult, rows added: Int) {
    rows += added
    loss += result.terms.loss * Double(added)
    terms.reconstruction += result.terms.bound.reconstruction * Double(added)
    terms.kl += result.terms.bound.kl * Double(added)
    record.loss = loss / Double(rows)
    record.training = terms / rows
    record.klWeight = result.terms.klWeight
    record.learningRate = result.learningRate
  }
}
