import VaelibNetworks
import VaelibNumerics

/// The epochs of one phase.
final class TrainingLoop<Trained: TrainableModel> {
  let call: TrainingCall<Trained>
  let phase: Phase
  let configuration: TrainingConfiguration
  var epochsBefore = 0
  /// What the caller should know of how it went, once it has.
  var warning: String?
  private var clock = ReportClock()

  init(_ call: TrainingCall<Trained>, _ phase: Phase) {
    self.call = call
    self.phase = phase
    configuration = call.model.configuration(of: phase, call.configuration)
  }

  var model: Trained { call.model }
  private var source: any ExampleSource { call.examples.source }

  /// - Parameters:
  ///   - state: where to continue, with the weights that the model has; nil to begin.
  ///   - isLast: true if nothing follows in this call.
  func run(from state: TrainingState?, isLast: Bool) throws {
    let course = try makeCourse(state)
    epochsBefore = model.epochsBefore(phase, in: course.state)
    defer { if configuration.patience > 0, course.hasBest { course.returnToBest() } }
    do {
      try judgeStart(course)
      while course.isUnderWay { try runEpoch(course) }
    } catch ModelError.cancelled {
      course.save()
      throw ModelError.cancelled
    }
    try conclude(course)
    if isLast { course.complete() }
  }

  private func makeCourse(_ state: TrainingState?) throws -> TrainingCourse<Trained> {
    let control = call.control
    do {
      let trainer = try Trainer(
        configuration, columns: model.dataDimension, examplesPerEpoch: source.rows,
        head: phase.kind.usesLabels ? model.headShape : nil,
        capacity: min(configuration.batchSize, source.rows)
      ) {
        try self.model.makeObjective(
          self.phase, self.configuration, rows: $0, examples: self.source, isCancelled: control.isCancelled)
      }
      return try TrainingCourse(
        model, trainer, configuration, examples: source.rows, layer: phase.layer,
        lossUnits: model.lossUnits(phase), from: state, checkpoints: call.checkpoints
      )
    } catch ModelError.cancelled {
      // Cancelled while the objective looked at the examples: no step was made, the state is that of the beginning.
      // A state that was read is in the file already.
      if state == nil { call.checkpoints?.save(model, TrainingState(layer: phase.layer)) }
      throw ModelError.cancelled
    }
  }

  private func runEpoch(_ course: TrainingCourse<Trained>) throws {
    course.beginEpoch()
    try runSteps(course)
    var (training, validation) = (metrics(course.state), MetricValues())
    try judgeStartAgain(course, training)
    let begin = monotonicSeconds()
    if let held = call.validation {
      validation = try model.evaluate(
        held, phase, configuration, control: validationControl(course.state, training))
      training[.seconds] += monotonicSeconds() - begin
    }
    model.changeRecord { $0.history.append(training, validation: validation) }
    let epoch = course.state.epoch
    course.endEpoch(score: score(training, validation, epoch: epoch))
    try call.control.send(progress(.epoch, epoch, source.rows, training, validation))
    course.saveIfDue()
  }

  /// What decides which weights were the best, larger is better; nil while epochs cannot be compared with later ones.
  private func score(_ training: MetricValues, _ validation: MetricValues, epoch: Int) -> Double? {
    if configuration.patience > 0 { return model.score(validation, phase, configuration, epoch: epoch) }
    return Double(epoch) > configuration.klWarmupEpochs.rounded(.up) ? -training[.loss] : nil
  }

  private func progress(
    _ kind: Progress.Kind, _ epoch: Int, _ done: Int, _ training: MetricValues,
    _ validation: MetricValues = MetricValues()
  ) -> Progress {
    Progress(
      kind: kind, phase: phase, epoch: epoch, epochs: configuration.epochs, examples: done,
      examplesPerEpoch: source.rows, training: training, validation: validation)
  }

  /// While a validation set is evaluated, progress reports show the epoch it belongs to.
  private func validationControl(_ state: TrainingState, _ training: MetricValues) -> RunControl {
    let control = call.control
    guard let report = control.report else { return control }
    let progress = progress(.step, state.epoch, state.sums.rows, training)
    return RunControl(isCancelled: control.isCancelled, report: { _ in report(progress) })
  }

  /// The batches of the current epoch.
  func makeReader(_ course: TrainingCourse<Trained>) throws -> BatchReader {
    try BatchReader(
      source, seed: configuration.seed,
      epoch: model.shufflingOffset(phase) + epochsBefore + course.state.epoch,
      isCancelled: call.control.isCancelled)
  }

  private func runSteps(_ course: TrainingCourse<Trained>) throws {
    let begin = monotonicSeconds() - course.state.sums.seconds
    let epoch = epochsBefore + course.state.epoch
    let reader = try makeReader(course)
    try reader.skip(course.state.sums.rows)
    while let (step, rows) = try course.trainer.computeGradients(
      from: reader, of: call.examples, epoch: epoch)
    {
      if !step[.loss].isFinite { throw badBatch(course, rows, "the loss is \(step[.loss])") }
      try apply(course, rows)
      course.addStep(step, rows: rows, seconds: monotonicSeconds() - begin)
      course.saveIfDue()
      try call.control.check()
      if clock.isDue() {
        let state = course.state
        try call.control.send(progress(.step, state.epoch, state.sums.rows, metrics(state)))
      }
    }
    if !euclideanNorm(model.parameters.base, of: [0..<model.parameters.count]).isFinite {
      throw badBatch(course, 0, "the weights are no longer finite")
    }
  }

  /// The epoch so far, as the history has it.
  private func metrics(_ state: TrainingState) -> MetricValues {
    var metrics = state.sums.metrics
    metrics[.epoch] = Double(epochsBefore + state.epoch)
    metrics[.examplesSeen] = Double(model.record.history.examplesSeen + state.sums.rows)
    switch phase.kind {
    case .fit: break
    case .pretraining, .supervised, .unsupervised:
      metrics[.phase] = Double(phase.kind.rawValue)
      metrics[.layer] = Double(phase.layer)
    }
    return metrics
  }

  private func apply(_ course: TrainingCourse<Trained>, _ rows: Int) throws(ModelError) {
    do {
      try course.trainer.applyGradients(norm: nil)
    } catch .numerical(let text) {
      throw badBatch(course, rows, text)
    }
  }

  /// Goes back to the weights before this epoch, or to better ones; `rows` are those of the batch, if it was not
  /// counted yet.
  private func badBatch(_ course: TrainingCourse<Trained>, _ rows: Int, _ what: String) -> ModelError {
    let kept = keepGoodWeights(course)
    let seen = course.state.sums.rows + rows
    let batch = (seen + configuration.batchSize - 1) / configuration.batchSize
    let layer = phase.kind == .pretraining ? "layer \(phase.layer), " : ""
    return .numerical(
      "\(layer)epoch \(epochsBefore + course.state.epoch), batch \(batch): \(what); \(kept) were kept. "
        + "A lower learning_rate"
        + (configuration.gradientClipNorm == 0
          ? ", or a gradient_clip_norm, usually helps" : " usually helps"))
  }
}
