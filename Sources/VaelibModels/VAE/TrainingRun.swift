import VaelibNetworks
import VaelibNumerics

/// One call of `fit`.
final class TrainingRun {
  typealias Checkpoints = TrainingCheckpoints<VariationalAutoencoder>

  private let model: VariationalAutoencoder
  private let examples: any ExampleSource
  private let validation: (any ExampleSource)?
  private let configuration: TrainingConfiguration
  private let control: RunControl
  private let checkpoints: Checkpoints?
  private let trainer: Trainer
  private let initial: Snapshot
  private var clock = ReportClock()

  init(
    _ model: VariationalAutoencoder, _ examples: any ExampleSource, validation: (any ExampleSource)?,
    configuration: TrainingConfiguration, checkpoints: Checkpoints?, control: RunControl
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
    self.checkpoints = checkpoints
    trainer = try Trainer(model, configuration, examplesPerEpoch: examples.rows)
    initial = try Snapshot(model.parameters)
  }

  func run() throws -> [String] {
    let check = ExampleCheck(model.configuration)
    for source in [examples, validation] { if let source { try check.checkResident(source) } }
    let warnings = try model.evaluationWarnings(examples, configuration.evaluation)
    let before = model.record
    do {
      try train()
    } catch let error as ModelError where error.keepsProgress {
      throw error
    } catch {
      initial.restore()
      model.record = before
      throw error
    }
    return warnings
  }

  private func train() throws {
    let beginning = try begin()
    if let saved = beginning?.saved {
      try model.parameters.copy(from: saved.parameters)
      model.record = saved.record
    }
    model.trainingConfiguration = configuration
    model.dataScale = examples.scale
    model.dataShift = examples.shift
    if beginning?.isDone == true { return }
    let course = try TrainingCourse(
      model, trainer, configuration, examples: examples.rows, from: beginning?.state, checkpoints: checkpoints
    )
    defer { course.restoreBest() }
    do {
      while course.isUnderWay { try runEpoch(course) }
    } catch ModelError.cancelled {
      course.save()
      throw ModelError.cancelled
    }
    course.complete()
  }

  private func begin() throws -> Checkpoints.Beginning? {
    guard let checkpoints else { return nil }
    let run = RunIdentity(
      phase: VariationalAutoencoder.phase, configuration: configuration,
      examples: try checkpoints.identify(examples),
      validation: try validation.map { try checkpoints.identify($0) })
    return try checkpoints.begin(
      run, difference: { self.model.configuration.difference(from: $0.configuration) },
      epochsMayGrow: { _ in true })
  }

  private func progress(_ kind: Progress.Kind, _ epoch: Int, _ done: Int, _ record: EpochRecord) -> Progress {
    Progress(
      kind: kind, epoch: epoch, epochs: configuration.epochs, examples: done, examplesPerEpoch: examples.rows,
      record: record)
  }

  private func runEpoch(_ course: TrainingCourse<VariationalAutoencoder>) throws {
    let epoch = course.state.epoch
    course.beginEpoch()
    try runSteps(course)
    var record = record(course.state.sums)
    let begin = monotonicSeconds()
    if let validation {
      record.validation = try model.meanBound(
        validation, configuration.evaluation, control: validationControl(epoch, record))
      record.seconds += monotonicSeconds() - begin
    }
    model.history.append(record)
    course.endEpoch(score: record.validation.elbo)
    try control.send(progress(.epoch, epoch, examples.rows, record))
    course.saveIfDue()
  }

  /// While a validation set is walked, the caller hears of the epoch it belongs to.
  private func validationControl(_ epoch: Int, _ record: EpochRecord) -> RunControl {
    guard let report = control.report else { return control }
    let progress = progress(.step, epoch, examples.rows, record)
    return RunControl(isCancelled: control.isCancelled, report: { _ in report(progress) })
  }

  private func runSteps(_ course: TrainingCourse<VariationalAutoencoder>) throws {
    let begin = monotonicSeconds() - course.state.sums.seconds
    let number = (model.history.last?.epoch ?? 0) + 1
    let reader = BatchReader(
      examples, seed: configuration.seed, epoch: number, isCancelled: control.isCancelled)
    try reader.skip(course.state.sums.rows)
    while let (result, rows) = try trainer.computeGradients(from: reader, epoch: number) {
      if !result.terms.loss.isFinite { throw badBatch(course, rows, "the loss is \(result.terms.loss)") }
      try apply(course, rows)
      course.addStep(result, rows: rows, seconds: monotonicSeconds() - begin)
      course.saveIfDue()
      try control.check()
      if clock.isDue() {
        let sums = course.state.sums
        try control.send(progress(.step, course.state.epoch, sums.rows, record(sums)))
      }
    }
    if !euclideanNorm(model.parameters.base, ranges: [0..<model.parameters.count]).isFinite {
      throw badBatch(course, 0, "the weights are no longer finite")
    }
  }

  /// The epoch so far, as a record.
  private func record(_ sums: EpochSums) -> EpochRecord {
    var record = EpochRecord()
    record.epoch = (model.history.last?.epoch ?? 0) + 1
    record.examplesSeen = (model.history.last?.examplesSeen ?? 0) &+ UInt64(sums.rows)
    record.loss = sums.mean(sums.loss)
    record.training = BoundTerms(
      reconstruction: sums.mean(sums.reconstruction), kl: sums.mean(sums.kl))
    record.klWeight = sums.klWeight
    record.learningRate = sums.learningRate
    record.seconds = sums.seconds
    return record
  }

  private func apply(
    _ course: TrainingCourse<VariationalAutoencoder>, _ rows: Int
  ) throws(ModelError) {
    do {
      try trainer.applyGradients(norm: nil)
    } catch .numerical(let text) {
      throw badBatch(course, rows, text)
    }
  }

  /// Goes back to the weights before this epoch; `rows` are those of the batch, if it was not counted yet.
  private func badBatch(
    _ course: TrainingCourse<VariationalAutoencoder>, _ rows: Int, _ what: String
  ) -> ModelError {
    course.restoreEpochStart()
    let seen = course.state.sums.rows + rows
    let batch = (seen + configuration.batchSize - 1) / configuration.batchSize
    let epoch = (model.history.last?.epoch ?? 0) + 1
    return .numerical(
      "epoch \(epoch), batch \(batch): \(what); the weights from before this epoch were kept. "
        + "A lower learning_rate, or a gradient_clip_norm, usually helps")
  }
}
