import VaelibNetworks
import VaelibNumerics

/// The epochs of one phase: a layer's pretraining, or a fine-tuning.
final class StackTrainingRun {
  private let stack: StackedAutoencoder
  private let examples: LabeledExamples
  private let validation: LabeledExamples?
  private let configuration: TrainingConfiguration
  private let control: StackRunControl
  private let template: StackEpochRecord
  private let makeObjective: (_ rows: Int) throws -> any TrainingObjective
  private var clock = ReportClock()

  /// `record` says phase and layer. Memory is taken by `run`.
  init(
    _ stack: StackedAutoencoder, _ examples: LabeledExamples, validation: LabeledExamples?,
    configuration: TrainingConfiguration, control: StackRunControl, record: StackEpochRecord,
    makeObjective: @escaping (_ rows: Int) throws -> any TrainingObjective
  ) {
    self.stack = stack
    self.examples = examples
    self.validation = validation
    self.configuration = configuration
    self.control = control
    self.makeObjective = makeObjective
    template = record
  }

  func run() throws {
    let trainer = try Trainer(
      configuration, examplesPerEpoch: examples.source.rows, makeObjective: makeObjective)
    let epochStart = try Snapshot(stack.parameters)
    let best = configuration.patience > 0 ? try Snapshot(stack.parameters) : nil
    var bestScore = Double.infinity
    var epochsWithoutBetter = 0
    defer { if bestScore < .infinity { best?.restore() } }
    for epoch in 1...configuration.epochs {
      epochStart.take()
      var record = try runEpoch(epoch, trainer, epochStart)
      let begin = monotonicSeconds()
      if let validation {
        let found = try stack.evaluate(validation, phase: template.phase, isCancelled: control.isCancelled)
        record.validationLoss = found.loss
        record.validationError = found.error
        record.seconds += monotonicSeconds() - begin
      }
      stack.history.append(record)
      let score = record.validationError.isNaN ? record.validationLoss : record.validationError
      if score < bestScore, let best {
        bestScore = score
        epochsWithoutBetter = 0
        best.take()
      } else {
        epochsWithoutBetter += 1
      }
      try control.send(progress(.epoch, examples.source.rows, record))
      if best != nil, epochsWithoutBetter >= configuration.patience { return }
    }
  }

  private func progress(_ kind: Progress.Kind, _ done: Int, _ record: StackEpochRecord) -> StackProgress {
    StackProgress(
      kind: kind, epochs: configuration.epochs, examples: done, examplesPerEpoch: examples.source.rows,
      record: record)
  }

  /// Each phase and layer has an order of the examples of its own.
  private var shuffleOffset: Int { template.phase == .pretraining ? 1_000_000 * (template.layer + 1) : 0 }

  private func runEpoch(_ epoch: Int, _ trainer: Trainer, _ epochStart: Snapshot) throws -> StackEpochRecord {
    let begin = monotonicSeconds()
    var record = template
    record.epoch = epoch
    var (rows, loss, error, batch) = (0, 0.0, 0.0, 0)
    let reader = BatchReader(
      examples.source, seed: configuration.seed, epoch: shuffleOffset + epoch,
      isCancelled: control.isCancelled)
    while let (result, added) = try trainer.computeGradients(from: reader, epoch: epoch) {
      batch += 1
      try check(result.terms.loss.isFinite, epoch, batch, "the loss is \(result.terms.loss)", epochStart)
      try trainer.applyGradients(norm: nil)
      rows += added
      loss += result.terms.loss * Double(added)
      error += result.terms.error * Double(added)
      record.loss = loss / Double(rows)
      record.error = error / Double(rows)
      record.learningRate = result.learningRate
      record.seconds = monotonicSeconds() - begin
      if control.isCancelled() { throw ModelError.cancelled }
      if clock.isDue() { try control.send(progress(.step, rows, record)) }
    }
    let norm = euclideanNorm(stack.parameters.base, ranges: [0..<stack.parameters.count])
    try check(norm.isFinite, epoch, batch, "the weights are no longer finite", epochStart)
    return record
  }

  private func check(
    _ isGood: Bool, _ epoch: Int, _ batch: Int, _ what: String, _ epochStart: Snapshot
  ) throws(ModelError) {
    if isGood { return }
    epochStart.restore()
    let place = template.phase == .pretraining ? "layer \(template.layer), epoch" : "epoch"
    throw .numerical(
      "\(place) \(epoch), batch \(batch): \(what); the weights from before this epoch were kept. "
        + "A lower learning_rate, or a gradient_clip_norm, usually helps")
  }
}
