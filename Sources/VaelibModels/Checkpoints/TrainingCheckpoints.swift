/// What one training call does with its checkpoint: resumes from it, replaces it when that is due, and remembers what
/// the caller should know.
public final class TrainingCheckpoints<Model> {
  private let store: any CheckpointStore<Model>
  private let schedule: CheckpointSchedule
  private var runs: [RunIdentity] = []
  private var lastAttempt = monotonicSeconds()
  private var attempts = 0
  private var failures = 0
  private var lastFailure = ""

  public init(_ store: any CheckpointStore<Model>, _ schedule: CheckpointSchedule) {
    self.store = store
    self.schedule = schedule
  }

  /// A failed checkpoint does not end the training; the caller is warned afterwards.
  public var warnings: [String] {
    if failures == 0 { return [] }
    return [
      "\(failures) of \(attempts) checkpoints could not be written, the last time because \(lastFailure)"
    ]
  }

  /// Where a call resumes.
  struct Beginning {
    /// Weights and history to take over; nil if there is no checkpoint.
    var saved: Model?
    /// nil: this call begins, from the weights taken over.
    var state: TrainingState?
    /// The call was done when the checkpoint was written.
    var isDone = false
  }

  /// Reads the checkpoint if there is one and the caller wants to resume from it.
  ///
  /// Throws `ModelError.invalidArgument` if it belongs to another training; what the store throws.
  ///
  /// - Parameters:
  ///   - difference: how the model differs from that of the checkpoint, or nil.
  ///   - epochsMayGrow: whether more epochs leave unchanged what was done until then.
  func begin(
    _ run: RunIdentity, difference: (_ saved: Model) -> String?, epochsMayGrow: (TrainingState) -> Bool
  ) throws -> Beginning {
    try schedule.validate()
    try store.check()
    guard schedule.resumes, let saved = try store.load() else {
      runs = [run]
      return Beginning()
    }
    if let text = difference(saved.model) { throw belongsToAnother(text) }
    runs = saved.runs
    guard let index = runs.firstIndex(where: { $0.phase == run.phase }) else {
      guard saved.state.isComplete else { throw stands(saved, run) }
      runs.append(run)
      return Beginning(saved: saved.model)
    }
    let isLast = index == runs.count - 1
    let mayGrow = isLast && run.configuration.schedule != .cosine && epochsMayGrow(saved.state)
    if let text = run.difference(from: runs[index], mayGrow: mayGrow) { throw belongsToAnother(text) }
    let grows = run.configuration.epochs > runs[index].configuration.epochs
    runs[index] = run
    return Beginning(
      saved: saved.model, state: saved.state, isDone: !isLast || saved.state.isComplete && !grows)
  }

  private func belongsToAnother(_ difference: String) -> ModelError {
    .invalidArgument(
      "\(store.name) belongs to another training: \(difference). Give another path, or set "
        + "resume to 0 (in Python False) to start from the beginning")
  }

  private func stands(_ saved: SavedTraining<Model>, _ run: RunIdentity) -> ModelError {
    .invalidArgument(
      "\(store.name) is in phase \(saved.runs.last?.phase.name ?? "none"), which is not complete; finish it before "
        + "phase \(run.phase.name)")
  }

  /// Whether a checkpoint is due after this step, or epoch if the state is between two.
  func isDue(_ state: TrainingState) -> Bool {
    if schedule.everySteps > 0, state.sums.rows > 0, state.steps % schedule.everySteps == 0 { return true }
    if schedule.everyEpochs > 0, state.sums.rows == 0, (state.epoch - 1) % schedule.everyEpochs == 0 {
      return true
    }
    return schedule.everySeconds > 0 && monotonicSeconds() - lastAttempt >= schedule.everySeconds
  }

  /// Replaces the checkpoint; true if that worked.
  @discardableResult func save(_ model: Model, _ state: TrainingState) -> Bool {
    attempts += 1
    defer { lastAttempt = monotonicSeconds() }
    do {
      try store.save(SavedTraining(model: model, runs: runs, state: state))
      return true
    } catch {
      failures += 1
      lastFailure = "\(error)"
      return false
    }
  }

  func identify(_ examples: LabeledExamples) throws -> DataIdentity {
    try store.identify(examples)
  }
}
