import VaelibNumerics

extension VariationalAutoencoder {
  /// Trains on `examples`; after every epoch computes the bound of `validation`, if given. Rows count by their weights.
  ///
  /// - Returns: what the caller should know although training succeeded.
  /// - Throws: `ModelError.data` with the model as it was; `.numerical` with the last good weights; `.cancelled` with
  ///   the weights reached; whatever the source throws when reading, or the checkpoint, with the model as it was.
  public func fit(
    _ examples: any ExampleSource, weights: ExampleWeights? = nil, validation: (any ExampleSource)? = nil,
    validationWeights: ExampleWeights? = nil, configuration: TrainingConfiguration,
    checkpoints: TrainingCheckpoints<VariationalAutoencoder>? = nil, control: RunControl = RunControl()
  ) throws -> [String] {
    try TrainingCall(
      model: self, kind: .fit, examples: LabeledExamples(examples, weights: weights),
      validation: validation.map { LabeledExamples($0, weights: validationWeights) },
      configuration: configuration,
      checkpoints: checkpoints, control: control
    ).run()
  }

  /// Throws if data would be binarised for a likelihood of more than 0 and 1.
  func check(_ binarization: Binarization) throws(ModelError) {
    let isBinary = configuration.modelledGroups.allSatisfy { group in
      group.likelihood.map(LikelihoodKind.binary.contains) ?? false
    }
    if binarization == .dynamic, !isBinary, !configuration.groups.isEmpty {
      throw .invalidArgument(
        "binarization is dynamic, but not all column groups are of binary data (likelihood "
          + "\(configuration.likelihoodNames)); leave it at none")
    }
    if binarization == .dynamic, !isBinary {
      let binary = LikelihoodKind.binary.map(\.rawValue).joined(separator: " or ")
      throw .invalidArgument(
        "binarization is dynamic, but likelihood \(configuration.likelihoodNames) is not of binary data; leave it at none, or use "
          + "likelihood \(binary)")
    }
  }
}

extension VariationalAutoencoder: TrainableModel {
  func phases(of kind: Phase.Kind) -> [Phase] { Self.phases.contains(kind) ? [Phase(kind)] : [] }

  func check(_ configuration: TrainingConfiguration, for kind: Phase.Kind) throws(ModelError) {
    guard Self.phases.contains(kind) else {
      throw .invalidArgument("phase \(kind.name) is for stacks; a variational auto-encoder has only fit")
    }
    try check(configuration.binarization)
    if configuration.hideFraction > 0, self.configuration.missing == .refuse {
      throw .invalidArgument(
        "hide_fraction is \(configuration.hideFraction), but the model was made for examples that lack no numbers (missing "
          + "refuse); make it with missing ignore or indicate")
    }
    try configuration.check(for: kind)
  }

  func configuration(of phase: Phase, _ call: TrainingConfiguration) -> TrainingConfiguration { call }

  func takeOver(_ saved: VariationalAutoencoder) throws {
    try parameters.copy(from: saved.parameters)
    changeRecord { record in
      let columns = record.columns
      record = saved.record
      if !columns.isEmpty { record.columns = columns }
    }
  }

  func difference(from saved: VariationalAutoencoder) -> String? {
    for parameter in VAEConfiguration.parameters {
      let name = parameter.name == "seed" ? "the seed of the initial weights" : parameter.name
      if let text = parameter.difference(from: saved.configuration, to: configuration, name: name) {
        return text
      }
    }
    return configuration.groups == saved.configuration.groups
      ? nil : "the column groups are others than those of the checkpoint"
  }

  func epochsMayGrow(_ kind: Phase.Kind, from state: TrainingState) -> Bool { true }

  func makeRollback() throws -> () -> Void {
    let (initial, before) = (try Snapshot(parameters), record)
    return {
      initial.restore()
      self.changeRecord { $0 = before }
    }
  }

  func prepare(
    _ kind: Phase.Kind, _ examples: LabeledExamples, _ validation: LabeledExamples?,
    isCancelled: @escaping () -> Bool
  ) throws {}

  func makeObjective(
    _ phase: Phase, _ configuration: TrainingConfiguration, rows: Int, examples: (any ExampleSource)?,
    isCancelled: @escaping () -> Bool
  ) throws -> any TrainingObjective {
    switch phase.kind {
    case .fit:
      try BoundObjective(self, configuration, capacity: rows)
    case .pretraining, .supervised, .unsupervised:
      throw ModelError.invalidArgument("a variational auto-encoder has no phase \(phase.kind.name)")
    }
  }

  func evaluate(
    _ validation: LabeledExamples, _ phase: Phase, _ configuration: TrainingConfiguration,
    control: RunControl
  ) throws -> MetricValues {
    let bound = try meanBound(
      validation.source, weights: validation.weights, configuration.evaluation, control: control)
    return [.reconstruction: bound.reconstruction, .kl: bound.kl]
  }

  /// The bound with the weight that the KL term has after its warm-up; bounds with another weight are not comparable.
  func score(
    _ validation: MetricValues, _ phase: Phase, _ configuration: TrainingConfiguration, epoch: Int
  ) -> Double? {
    guard Double(epoch) >= configuration.klWarmupEpochs else { return nil }
    return validation[.reconstruction] - configuration.beta * validation[.kl]
  }

  func warnings(
    _ examples: any ExampleSource, _ kind: Phase.Kind, _ configuration: TrainingConfiguration
  ) throws -> [String] {
    try evaluationWarnings(examples, configuration.evaluation)
  }

  func lossUnits(_ phase: Phase) -> Int { likelihood.modelledColumns }

  /// Epochs are counted over all fits, so that no two have the same noise.
  func epochsBefore(_ phase: Phase, in call: TrainingState) -> Int {
    record.history.lastEpoch - (call.epoch - 1)
  }

  func shufflingOffset(_ phase: Phase) -> Int { 0 }
}
