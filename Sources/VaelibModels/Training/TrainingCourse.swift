import VaelibNetworks
import VaelibNumerics

/// What the epochs of every kind of training have in common: progress, the weights to return to, checkpoints.
final class TrainingCourse<Model> {
  let trainer: Trainer
  private(set) var state: TrainingState
  private let model: Model
  private let configuration: TrainingConfiguration
  /// What a loss can be off by without being wrong: a nat for each column, for a label or for each target.
  private let lossUnits: Int
  private let checkpoints: TrainingCheckpoints<Model>?
  private let epochStart: Snapshot
  private let best: Snapshot
  /// Whether the model has the best weights instead of the last ones, which `epochStart` has then.
  private var isReturned = false
  /// False if the checkpoint holds exactly this state.
  private var isUnsaved = true

  /// So many times what a loss may rise by, nothing will come of a training.
  private static var hopelessRise: Double { 100 }
  /// Wide layers may overshoot in their first steps; after so many they have come back.
  private static var fairChance: Int { 100 }

  /// Begins, or continues from `state` of a checkpoint whose weights the model has.
  init(
    _ model: Model, _ trainer: Trainer, _ configuration: TrainingConfiguration, examples: Int,
    layer: Int, lossUnits: Int, from state: TrainingState?, checkpoints: TrainingCheckpoints<Model>?
  ) throws {
    self.model = model
    self.trainer = trainer
    self.configuration = configuration
    self.lossUnits = lossUnits
    self.checkpoints = checkpoints
    epochStart = try Snapshot(trainer.parameters)
    best = try Snapshot(trainer.parameters)
    self.state = state ?? TrainingState(layer: layer)
    if let state { try resume(state, examples: examples) }
  }

  private func resume(_ saved: TrainingState, examples: Int) throws {
    isUnsaved = false
    if let weights = saved.epochStart { try epochStart.values.copy(from: weights) }
    if let weights = saved.best { try best.values.copy(from: weights) }
    if let weights = saved.last {
      best.take()
      try trainer.parameters.copy(from: weights)
    }
    if let moments = saved.moments {
      // Wraps only for sizes that no training reaches.
      let seen = (saved.epoch &- 1) &* examples &+ saved.sums.rows
      try trainer.resume(
        steps: saved.steps, examples: seen, moments: moments, usualGradientNorm: saved.usualGradientNorm)
    }
    state.isComplete = false
    (state.moments, state.epochStart, state.best, state.last) = (nil, nil, nil, nil)
  }

  /// False once all epochs are done, or patience is exhausted.
  var isUnderWay: Bool {
    !isStoppedEarly && state.epoch <= configuration.epochs
  }

  /// Whether patience is exhausted.
  var isStoppedEarly: Bool {
    configuration.patience > 0 && state.epochsWithoutBetter >= configuration.patience
  }

  /// Whether the epochs ran out; not if the validation examples had not done better for a tenth of them.
  var endedImproving: Bool {
    configuration.patience == 0 || !isStoppedEarly && state.epochsWithoutBetter <= configuration.epochs / 10
  }

  /// To be called before the first step of an epoch, also of one that was begun before a checkpoint.
  func beginEpoch() {
    if state.sums.rows == 0 { epochStart.take() }
  }

  /// Goes back to the weights before this epoch.
  func restoreEpochStart() { epochStart.restore() }

  func addStep(_ step: MetricValues, rows: Int, seconds: Double) {
    state.sums.add(step, rows: rows)
    state.sums.seconds = seconds
    if state.startLoss == nil, configuration.patience == 0 { begin(loss: step[.loss]) }
    stateChanged()
  }

  /// Whether nothing was learned yet.
  var isAtStart: Bool { state.epoch == 1 && state.sums.rows == 0 }

  /// With patience: what the validation examples said before the first step. An epoch must do better to be returned to.
  func begin(score: Double) {
    state.startLoss = -score
    state.bestScore = score
  }

  /// Without patience: the loss before the first step, of the first batch, or of all examples.
  func begin(loss: Double) {
    state.startLoss = loss
    state.bestScore = -greatestLoss(from: loss)
  }

  /// What a loss stays below while anything is learned. It leaves room for chance, and for trainings that begin where
  /// another one ended.
  private func greatestLoss(from start: Double) -> Double {
    // Losses of a KL warm-up have other weights than the first.
    guard configuration.klWarmupEpochs == 0 else { return .infinity }
    return start + max(abs(start), Double(lossUnits))
  }

  /// What a loss in training stays below while anything is learned; infinity where that is not known.
  var greatestLoss: Double {
    configuration.patience == 0 ? state.startLoss.map(greatestLoss) ?? .infinity : .infinity
  }

  /// What an epoch's score must be above for its weights to be worth anything.
  private var startScore: Double {
    guard let loss = state.startLoss else { return -.infinity }
    return configuration.patience > 0 ? -loss : -greatestLoss(from: loss)
  }

  /// Whether an epoch was better than what came before the first.
  var hasBest: Bool { state.bestScore > startScore }

  /// Whether all epochs were worse than what came before the first; false where they cannot be compared.
  var wasNeverBetter: Bool { startScore > -.infinity && !hasBest }

  /// True if the last epoch's loss was above all measure, or still above the one before the first step after so many
  /// steps that nothing will come of them.
  func isLost(lastScore: Double) -> Bool {
    guard let start = state.startLoss else { return false }
    let (rise, allowed) = (-lastScore - start, greatestLoss(from: start) - start)
    return rise > (trainer.steps < Self.fairChance ? Self.hopelessRise : 1) * allowed
  }

  /// Runs `body` with the weights before this epoch.
  func atEpochStart(_ body: () throws -> Void) throws {
    let reached = try Snapshot(trainer.parameters)
    epochStart.restore()
    defer { reached.restore() }
    try body()
  }

  /// `score` is nil where it cannot be compared with later ones; larger is better.
  func endEpoch(score: Double?) {
    if let score { note(score) }
    state.epoch += 1
    state.sums = EpochSums()
    stateChanged()
  }

  private func note(_ score: Double) {
    if score > state.bestScore {
      state.bestScore = score
      state.epochsWithoutBetter = 0
      best.take()
    } else {
      state.epochsWithoutBetter += 1
    }
  }

  private func stateChanged() {
    state.steps = trainer.steps
    state.usualGradientNorm = trainer.usualGradientNorm
    isUnsaved = true
  }

  /// Leaves the model with the weights of the best epoch, or those from before the first if none was better.
  func returnToBest() {
    guard state.bestScore > -.infinity, !isReturned else { return }
    epochStart.take()
    best.restore()
    isReturned = true
  }

  /// Ends the training, and says so in the checkpoint.
  func complete() {
    if state.isComplete { return }
    state.isComplete = true
    isUnsaved = true
    save()
  }

  /// Replaces the checkpoint if that is due.
  func saveIfDue() {
    if isUnsaved, let checkpoints, checkpoints.isDue(state) { save() }
  }

  /// Replaces the checkpoint unless it is up to date, or the weights are lost, which the end of the epoch will show.
  func save() {
    guard isUnsaved, let checkpoints else { return }
    let parameters = trainer.parameters
    guard euclideanNorm(parameters.base, of: [0..<parameters.count]).isFinite else { return }
    var saved = state
    if state.steps > 0 { saved.moments = trainer.moments }
    if state.sums.rows > 0 { saved.epochStart = epochStart.values }
    if state.bestScore > -.infinity {
      (saved.best, saved.last) = isReturned ? (nil, epochStart.values) : (best.values, nil)
    }
    if profiled(.saving, { checkpoints.save(model, saved) }) { isUnsaved = false }
  }
}
