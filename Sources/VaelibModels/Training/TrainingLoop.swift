import VaelibNetworks
import VaelibNumerics

/// The epochs of one phase.
final class TrainingLoop<Trained: TrainableModel> {
  private let call: TrainingCall<Trained>
  private let phase: Phase
  private let configuration: TrainingConfiguration
  private var epochsBefore = 0
  /// What the caller should know of how it went, once it has.
  private(set) var warning: String?
  private var clock = ReportClock()

  init(_ call: TrainingCall<Trained>, _ phase: Phase) {
    self.call = call
    self.phase = phase
    configuration = call.model.configuration(of: phase, call.configuration)
  }

  private var model: Trained { call.model }
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

  /// With patience: what the validation examples say of the weights before the first step.
  private func judgeStart(_ course: TrainingCourse<Trained>) throws {
    guard let held = call.validation, configuration.patience > 0, course.isAtStart else { return }
    let validation = try model.evaluate(
      held, phase, configuration, control: validationControl(course.state, metrics(course.state)))
    let score = model.score(validation, phase, configuration, epoch: 0)
    if let score, score.isFinite { course.begin(score: score) }
  }

  /// Without patience: if the first epoch's loss is far above its first batch's, few rows may have most of the loss, or
  /// training may be falling apart. The loss of all examples before the first step tells which.
  private func judgeStartAgain(_ course: TrainingCourse<Trained>, _ training: MetricValues) throws {
    guard configuration.patience == 0, course.state.epoch == 1, -training[.loss] < course.state.bestScore
    else { return }
    try course.atEpochStart {
      var sums = EpochSums()
      let reader = try makeReader(course)
      while let (step, rows) = try course.trainer.computeGradients(
        from: reader, labels: call.examples, epoch: epochsBefore + 1)
      {
        sums.add(step, rows: rows)
        try call.control.check()
      }
      let loss = sums.metrics[.loss]
      if loss.isFinite { course.begin(loss: loss) }
    }
  }

  /// Looks at how the losses went: goes back to the best weights where training fell apart, and says so.
  private func conclude(_ course: TrainingCourse<Trained>) throws {
    let losses = comparableLosses(course)
    let rise = configuration.patience > 0 ? nil : losses.rise(above: course.greatestLoss)
    if configuration.patience > 0 || rise != nil || course.wasNeverBetter { course.returnToBest() }
    guard course.wasNeverBetter, let start = course.state.startLoss else {
      warning = (rise ?? (course.endedImproving ? losses.fall : nil)).map { place + $0 }
      return
    }
    // With patience the examples of training may have been learned, by heart, while others were lost.
    let hasLearned = configuration.patience > 0 && losses.losses.last ?? .infinity < start
    if !hasLearned, course.isLost(lastScore: lastScore(losses)) { throw onlyLost(from: start, to: losses) }
    warning = place + noneBetter
  }

  /// The score of the last epoch, which an earlier call may have ended.
  private func lastScore(_ losses: LossCourse) -> Double {
    let history = model.record.history
    guard configuration.patience > 0 else { return losses.losses.last.map { -$0 } ?? .nan }
    var validation = MetricValues()
    for metric in Metric.means { validation[metric] = history[Series(metric, validation: true)].last ?? .nan }
    return model.score(validation, phase, configuration, epoch: configuration.epochs) ?? .nan
  }

  /// Those of the epochs after a KL warm-up: with other weights they say nothing about later ones.
  private func comparableLosses(_ course: TrainingCourse<Trained>) -> LossCourse {
    let epochs = course.state.epoch - 1
    let comparable = epochs - Int(min(configuration.klWarmupEpochs.rounded(.up), Double(epochs)))
    return LossCourse(
      Array(model.record.history[.loss].suffix(comparable)), epochsBefore: epochsBefore + epochs - comparable)
  }

  /// "layer 1: " in pretraining.
  private var place: String { phase.kind == .pretraining ? "layer \(phase.layer): " : "" }

  private func onlyLost(from start: Double, to losses: LossCourse) -> ModelError {
    let what =
      configuration.patience > 0
      ? "before its first step the loss of the validation examples was \(Float(start)), and no epoch did better, nor did "
        + "the examples of training"
      : "before its first step the loss was \(Float(start)), and no epoch's was below \(Float(losses.least))"
    return .numerical(
      "\(place)the training fell apart: \(what); the weights from before the training were kept. learning_rate is "
        + "\(configuration.learningRate): a lower one usually helps")
  }

  private var noneBetter: String {
    "no epoch was better than the weights from before the training, which were kept. A lower learning_rate "
      + "usually helps"
  }

  private func makeCourse(_ state: TrainingState?) throws -> TrainingCourse<Trained> {
    let control = call.control
    do {
      let trainer = try Trainer(
        configuration, columns: model.dataDimension, examplesPerEpoch: source.rows,
        classes: phase.kind.usesLabels ? model.classes : 0,
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
  private func makeReader(_ course: TrainingCourse<Trained>) throws -> BatchReader {
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
      from: reader, labels: call.examples, epoch: epoch)
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
    if !euclideanNorm(model.parameters.base, ranges: [0..<model.parameters.count]).isFinite {
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

  /// Leaves the best weights where the validation examples know them, or where the losses had risen before; else those
  /// from before this epoch. Says which.
  private func keepGoodWeights(_ course: TrainingCourse<Trained>) -> String {
    course.restoreEpochStart()
    if course.state.epoch > 1, course.wasNeverBetter {
      course.returnToBest()
      return "the weights from before the training"
    }
    guard course.hasBest,
      configuration.patience > 0 || comparableLosses(course).rise(above: course.greatestLoss) != nil
    else {
      return "the weights from before this epoch"
    }
    course.returnToBest()
    return "the best weights so far"
  }
}
