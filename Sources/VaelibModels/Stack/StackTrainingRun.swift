import VaelibNetworks
import VaelibNumerics

/// The epochs of one phase: a layer's pretraining, or a fine-tuning.
final class StackTrainingRun {
  typealias Checkpoints = TrainingCheckpoints<StackedAutoencoder>

  private let stack: StackedAutoencoder
  private let examples: LabeledExamples
  private let validation: LabeledExamples?
  private let configuration: TrainingConfiguration
  private let checkpoints: Checkpoints?
  private let control: StackRunControl
  private let template: StackEpochRecord
  private let makeObjective: (_ rows: Int) throws -> any TrainingObjective
  private var clock = ReportClock()

  /// `record` says phase and layer. Memory is taken by `run`.
  init(
    _ stack: StackedAutoencoder, _ examples: LabeledExamples, validation: LabeledExamples?,
    configuration: TrainingConfiguration, checkpoints: Checkpoints?, control: StackRunControl,
    record: StackEpochRecord, makeObjective: @escaping (_ rows: Int) throws -> any TrainingObjective
  ) {
    self.stack = stack
    self.examples = examples
    self.validation = validation
    self.configuration = configuration
    self.checkpoints = checkpoints
    self.control = control
    self.makeObjective = makeObjective
    template = record
  }

  /// - Parameters:
  ///   - state: where to go on, with the weights that the stack has; nil to begin.
  ///   - isLast: true if nothing follows in this call.
  func run(from state: TrainingState?, isLast: Bool) throws {
    let state = state ?? start
    let course = try makeCourse(state)
    defer { course.restoreBest() }
    do {
      while course.isUnderWay { try runEpoch(course) }
    } catch ModelError.cancelled {
      course.save()
      throw ModelError.cancelled
    }
    if isLast { course.complete() }
  }

  private var start: TrainingState {
    var state = TrainingState()
    state.layer = template.layer
    return state
  }

  private func makeCourse(_ state: TrainingState) throws -> TrainingCourse<StackedAutoencoder> {
    do {
      let trainer = try Trainer(
        configuration, examplesPerEpoch: examples.source.rows, makeObjective: makeObjective)
      return try TrainingCourse(
        stack, trainer, configuration, examples: examples.source.rows, from: state, checkpoints: checkpoints)
    } catch ModelError.cancelled {
      // While the range of the layer's inputs was looked for: no step was made, the state is that of the beginning.
      checkpoints?.save(stack, state)
      throw ModelError.cancelled
    }
  }

  private func runEpoch(_ course: TrainingCourse<StackedAutoencoder>) throws {
    course.beginEpoch()
    try runSteps(course)
    var record = record(course.state)
    let begin = monotonicSeconds()
    if let validation {
      let found = try stack.evaluate(validation, phase: template.phase, isCancelled: control.isCancelled)
      record.validationLoss = found.loss
      record.validationError = found.error
      record.seconds += monotonicSeconds() - begin
    }
    stack.history.append(record)
    course.endEpoch(score: -(record.validationError.isNaN ? record.validationLoss : record.validationError))
    try control.send(progress(.epoch, examples.source.rows, record))
    course.saveIfDue()
  }

  private func progress(_ kind: Progress.Kind, _ done: Int, _ record: StackEpochRecord) -> StackProgress {
    StackProgress(
      kind: kind, epochs: configuration.epochs, examples: done, examplesPerEpoch: examples.source.rows,
      record: record)
  }

  /// The epoch so far, as a record.
  private func record(_ state: TrainingState) -> StackEpochRecord {
    var record = template
    record.epoch = state.epoch
    record.loss = state.sums.mean(state.sums.loss)
    record.error = state.sums.mean(state.sums.error)
    record.learningRate = state.sums.learningRate
    record.seconds = state.sums.seconds
    return record
  }

  /// Each phase and layer has an order of the examples of its own.
  private var shuffleOffset: Int { template.phase == .pretraining ? 1_000_000 * (template.layer + 1) : 0 }

  private func runSteps(_ course: TrainingCourse<StackedAutoencoder>) throws {
    let begin = monotonicSeconds() - course.state.sums.seconds
    let (epoch, trainer) = (course.state.epoch, course.trainer)
    let reader = BatchReader(
      examples.source, seed: configuration.seed, epoch: shuffleOffset + epoch,
      isCancelled: control.isCancelled)
    try reader.skip(course.state.sums.rows)
    while let (result, rows) = try trainer.computeGradients(from: reader, epoch: epoch) {
      try check(result.terms.loss.isFinite, course, rows, "the loss is \(result.terms.loss)")
      try trainer.applyGradients(norm: nil)
      course.addStep(result, rows: rows, seconds: monotonicSeconds() - begin)
      course.saveIfDue()
      if control.isCancelled() { throw ModelError.cancelled }
      if clock.isDue() { try control.send(progress(.step, course.state.sums.rows, record(course.state))) }
    }
    let norm = euclideanNorm(stack.parameters.base, ranges: [0..<stack.parameters.count])
    try check(norm.isFinite, course, 0, "the weights are no longer finite")
  }

  /// `rows` are those of the batch, if it was not counted yet.
  private func check(
    _ isGood: Bool, _ course: TrainingCourse<StackedAutoencoder>, _ rows: Int, _ what: String
  ) throws(ModelError) {
    if isGood { return }
    course.restoreEpochStart()
    let seen = course.state.sums.rows + rows
    let batch = (seen + configuration.batchSize - 1) / configuration.batchSize
    let place = template.phase == .pretraining ? "layer \(template.layer), epoch" : "epoch"
    throw .numerical(
      "\(place) \(course.state.epoch), batch \(batch): \(what); the weights from before this epoch were kept. "
        + "A lower learning_rate, or a gradient_clip_norm, usually helps")
  }
}
