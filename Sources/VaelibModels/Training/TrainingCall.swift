import VaelibNumerics

/// One call that trains a model: a phase, or several one after another.
struct TrainingCall<Trained: TrainableModel> {
  let model: Trained
  let kind: Phase.Kind
  let examples: LabeledExamples
  let validation: LabeledExamples?
  let configuration: TrainingConfiguration
  let checkpoints: TrainingCheckpoints<Trained>?
  let control: RunControl

  /// Decides what was left to the library: how many examples are held out, the length of the training, its batches.
  ///
  /// Throws `ModelError.invalidArgument` for settings that are not allowed.
  init(
    model: Trained, kind: Phase.Kind, examples: LabeledExamples, validation: LabeledExamples?,
    configuration: TrainingConfiguration, checkpoints: TrainingCheckpoints<Trained>?, control: RunControl
  ) throws {
    try configuration.validate()
    try model.check(configuration, for: kind)
    (self.model, self.kind, self.checkpoints, self.control) = (model, kind, checkpoints, control)
    // Labels decide which rows are held out, and what examples are known by, only where they are learned.
    let examples = try (kind.usesLabels ? examples : examples.withoutLabels).countingRows(
      what: "the training examples")
    let validation = try validation.map {
      try (kind.usesLabels ? $0 : $0.withoutLabels).countingRows(what: "the validation examples")
    }
    let fraction = validation == nil ? configuration.heldOutFraction(for: kind, examples) : 0
    if fraction > 0 {
      let sides = try examples.divided(
        fraction: fraction, configuration.validationSplit, seed: configuration.seed)
      self.examples = sides.training.withMeanWeightOne
      self.validation = kind == .pretraining ? nil : sides.validation.withMeanWeightOne
    } else {
      (self.examples, self.validation) = (examples.withMeanWeightOne, validation?.withMeanWeightOne)
    }
    var resolved = configuration.resolved(
      for: kind, rows: self.examples.source.rows, isValidated: self.validation != nil)
    resolved.validationFraction = fraction
    self.configuration = resolved
  }

  /// Trains; restores the model if training ends with an error that means that nothing was learned.
  ///
  /// - Returns: what the caller should know although training succeeded.
  func run() throws -> [String] {
    do {
      return try runPhases()
    } catch ModelError.data(let text) {
      try checkWhole()
      throw ModelError.data(text)
    }
  }

  /// Throws what is wrong with the first bad row of the examples as they were given: whoever gave them does not know
  /// the rows of those that are left once some are held out, or do not count.
  private func checkWhole() throws {
    guard let whole = examples.whole?.source, whole.columns == model.dataDimension else { return }
    try model.exampleCheck.check(whole, isCancelled: control.isCancelled)
  }

  private func runPhases() throws -> [String] {
    try check()
    // Before the first rows are looked at, since this can be cancelled.
    try examples.source.parts.prepare(.shuffled, isCancelled: control.isCancelled)
    try validation?.source.parts.prepare(.stored, isCancelled: control.isCancelled)
    let rollback = try model.makeRollback()
    let warnings = try warmupWarnings() + model.warnings(examples.source, kind, configuration)
    do {
      return warnings + (try train())
    } catch let error as ModelError where error.keepsProgress {
      throw error
    } catch {
      rollback()
      throw error
    }
  }

  private func check() throws {
    let sets =
      [(examples, "the training examples")] + (validation.map { [($0, "the validation examples")] } ?? [])
    for (set, name) in sets {
      try ExampleCheck.shape(set.source, columns: model.dataDimension, what: name)
    }
    if configuration.patience > 0, validation == nil {
      throw ModelError.invalidArgument(
        "patience is \(configuration.patience) but there is no validation set: give one, or a validation_fraction, or "
          + "set patience to 0"
      )
    }
    for (set, _) in sets { try model.exampleCheck.checkResident(set.source) }
  }

  /// A warm-up that outlasts the training ends below its goal.
  private func warmupWarnings() -> [String] {
    let epochs = model.phases(of: kind).map { model.epochs(of: $0, configuration) }.min() ?? 0
    func warning(_ name: String, _ warmup: Double, _ what: String, _ goal: String, _ value: Double) -> String?
    {
      guard warmup > Double(epochs) else { return nil }
      let reached = value * Double(epochs) / warmup
      return "\(name) is \(warmup), more than epochs, \(epochs): the \(what) ends at "
        + "\(Float(reached)), not at \(goal), \(value). Train longer, or warm up for fewer epochs"
    }
    return [
      warning(
        "kl_warmup_epochs", configuration.klWarmupEpochs, "weight of the KL term", "beta", configuration.beta),
      warning(
        "warmup_epochs", configuration.warmupEpochs, "learning rate", "learning_rate",
        configuration.learningRate),
    ].compactMap { $0 }
  }

  /// Returns what is to be said of how it went.
  private func train() throws -> [String] {
    let beginning = try begin()
    if let saved = beginning?.saved { try model.takeOver(saved) }
    model.changeRecord { record in
      record.configurations[kind] = configuration
      record.dataScale = examples.source.scale
      record.dataShift = examples.source.shift
    }
    if model.needsStandardization {
      try model.standardize(
        by: examples.source, weights: examples.weights, isCancelled: control.isCancelled)
    }
    try model.prepare(kind, examples, validation, isCancelled: control.isCancelled)
    if beginning?.isDone == true { return [] }
    let phases = model.phases(of: kind)
    let first = beginning?.state.flatMap { state in phases.firstIndex { $0.layer == state.layer } } ?? 0
    var warnings: [String] = []
    for (index, phase) in phases.enumerated() where index >= first {
      let loop = TrainingLoop(self, phase)
      try loop.run(
        from: index == first ? beginning?.state : nil, isLast: index == phases.count - 1)
      if let warning = loop.warning { warnings.append(warning) }
    }
    // The training is done: whoever cancels now, or a file that cannot be read again, takes nothing away.
    return warnings + ((try? model.findings(examples.source)) ?? [])
  }

  private func begin() throws -> TrainingCheckpoints<Trained>.Beginning? {
    guard let checkpoints else { return nil }
    func identify(_ examples: LabeledExamples) throws -> DataIdentity {
      try profiled(.saving) {
        try checkpoints.identify(examples)
      }
    }
    let run = RunIdentity(
      phase: kind, configuration: configuration, examples: try identify(examples),
      validation: try validation.map(identify))
    return try checkpoints.begin(
      run, difference: { model.difference(from: $0) },
      epochsMayGrow: { model.epochsMayGrow(kind, from: $0) })
  }
}
