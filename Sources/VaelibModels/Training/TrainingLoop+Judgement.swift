/// What a training is compared with, and what follows from it: which weights are kept, what the caller is told.
extension TrainingLoop {
  /// With patience: what the validation examples say of the weights before the first step.
  func judgeStart(_ course: TrainingCourse<Trained>) throws {
    guard let held = call.validation, configuration.patience > 0, course.isAtStart else { return }
    // Without reports: there are no metrics of training yet, which a report promises.
    let validation = try model.evaluate(
      held, phase, configuration, control: RunControl(isCancelled: call.control.isCancelled))
    let score = model.score(validation, phase, configuration, epoch: 0)
    if let score, score.isFinite { course.begin(score: score) }
  }

  /// Without patience: if the first epoch's loss is far above its first batch's, few rows may have most of the loss, or
  /// training may be falling apart. The loss of all examples before the first step tells which.
  func judgeStartAgain(_ course: TrainingCourse<Trained>, _ training: MetricValues) throws {
    guard configuration.patience == 0, course.state.epoch == 1, -training[.loss] < course.state.bestScore
    else { return }
    try course.atEpochStart {
      var sums = EpochSums()
      let reader = try makeReader(course)
      while let (step, rows) = try course.trainer.computeGradients(
        from: reader, of: call.examples, epoch: epochsBefore + 1)
      {
        sums.add(step, rows: rows)
        try call.control.check()
      }
      let loss = sums.metrics[.loss]
      if loss.isFinite { course.begin(loss: loss) }
    }
  }

  /// Looks at how the losses went: goes back to the best weights where training fell apart, and says so.
  func conclude(_ course: TrainingCourse<Trained>) throws {
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

  /// Leaves the best weights where the validation examples know them, or where the losses had risen before; else those
  /// from before this epoch. Says which.
  func keepGoodWeights(_ course: TrainingCourse<Trained>) -> String {
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
