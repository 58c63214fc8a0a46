import VaelibNetworks
import VaelibNumerics

extension StackedAutoencoder {
  /// Pretrains all layers, bottom first, each on the clean code of those below (Vincent et al. 2008, section 2.4). Rows
  /// count by their weights.
  ///
  /// Returns and throws as `VariationalAutoencoder.fit`.
  public func pretrain(
    _ examples: any ExampleSource, weights: ExampleWeights? = nil, configuration: TrainingConfiguration,
    checkpoints: TrainingCheckpoints<StackedAutoencoder>? = nil, control: RunControl = RunControl()
  ) throws -> [String] {
    try TrainingCall(
      model: self, kind: .pretraining, examples: LabeledExamples(examples, weights: weights),
      validation: nil, configuration: configuration, checkpoints: checkpoints, control: control
    ).run()
  }

  /// Fine-tunes all layers: with labels or targets (supervised), under the head, which the first such call adds; or
  /// without (unsupervised), as one deep auto-encoder. Returns and throws as `VariationalAutoencoder.fit`.
  public func finetune(
    _ examples: LabeledExamples, validation: LabeledExamples?, kind: Phase.Kind,
    configuration: TrainingConfiguration, checkpoints: TrainingCheckpoints<StackedAutoencoder>? = nil,
    control: RunControl = RunControl()
  ) throws -> [String] {
    if kind == .pretraining {
      throw ModelError.invalidArgument(
        "pretraining has a function of its own; choose supervised or unsupervised fine-tuning")
    }
    let (examples, validation) =
      kind.usesLabels ? try numberLabels(examples, validation) : (examples, validation)
    return try TrainingCall(
      model: self, kind: kind, examples: examples, validation: validation, configuration: configuration,
      checkpoints: checkpoints, control: control
    ).run()
  }

  /// Labels that are names as the numbers of the head's classes, or of one to be made.
  private func numberLabels(
    _ examples: LabeledExamples, _ validation: LabeledExamples?
  ) throws -> (LabeledExamples, LabeledExamples?) {
    let (what, whatElse) = ("the training examples", "the validation examples")
    // A class of which no row counts is none.
    let examples = try examples.countingRows(what: what)
    let names = classes > 0 ? classNames : try examples.occurringClasses(what: what)
    let numbered = try examples.numbered(by: names, what: what)
    guard let validation else { return (numbered, nil) }
    return (numbered, try validation.numbered(by: names, what: whatElse))
  }

  /// A batch whose labels are numbers of the head's classes.
  public func numberLabels(_ batch: LabeledExamples) throws(ModelError) -> LabeledExamples {
    classes > 0 ? try batch.numbered(by: classNames, what: "the batch's examples") : batch
  }
}

extension StackedAutoencoder: TrainableModel {
  func phases(of kind: Phase.Kind) -> [Phase] {
    switch kind {
    case .pretraining: layers.indices.map { Phase(kind, layer: $0) }
    case .supervised, .unsupervised: [Phase(kind)]
    case .fit: []
    }
  }

  func check(_ configuration: TrainingConfiguration, for kind: Phase.Kind) throws(ModelError) {
    guard Self.phases.contains(kind) else {
      throw .invalidArgument(
        "phase \(kind.name) is for variational auto-encoders; a stack has pretraining, supervised and unsupervised"
      )
    }
    try configuration.check(for: kind)
  }

  /// A layer may have epochs and a rate of its own.
  func configuration(of phase: Phase, _ call: TrainingConfiguration) -> TrainingConfiguration {
    guard phase.kind == .pretraining else { return call }
    let own = layers[phase.layer].configuration
    var configuration = call
    if own.epochs > 0 { configuration.epochs = own.epochs }
    if own.learningRate > 0 { configuration.learningRate = own.learningRate }
    return configuration
  }

  /// Takes weights, head and history of a checkpoint, and how the phases before this one were trained.
  func takeOver(_ saved: StackedAutoencoder) throws {
    let isSameShape = saved.headShape == headShape
    let names = saved.classNames ?? (isSameShape ? classNames : nil)
    if isSameShape { try parameters.copy(from: saved.parameters) }
    watched.change { state in
      state.classNames = names
      if !isSameShape { state.shape = saved.watched.value.shape }
      state.record.history = saved.record.history
      state.record.configurations.merge(saved.record.configurations) { own, _ in own }
      if state.record.columns.isEmpty { state.record.columns = saved.record.columns }
    }
  }

  func difference(from saved: StackedAutoencoder) -> String? {
    configuration.difference(from: saved.configuration)
  }

  /// Layers that are done had as many epochs as the configuration said, unless they have their own.
  func epochsMayGrow(_ kind: Phase.Kind, from state: TrainingState) -> Bool {
    kind != .pretraining || configuration.layers.prefix(state.layer).allSatisfy { $0.epochs > 0 }
  }

  func makeRollback() throws -> () -> Void {
    let initial = try Snapshot(parameters)
    let state = watched.value
    return {
      initial.restore()
      self.watched.change { $0 = state }
    }
  }

  func prepare(
    _ kind: Phase.Kind, _ examples: LabeledExamples, _ validation: LabeledExamples?,
    isCancelled: @escaping () -> Bool
  ) throws {
    guard kind.usesLabels else { return }
    let shape = try headShape ?? HeadShape.needed(for: examples, what: "the training examples")
    try shape.check(examples, what: "the training examples")
    if let validation { try shape.check(validation, what: "the validation examples") }
    if head == nil {
      try addHead(shape)
      watched.change { $0.classNames = examples.classNames }
    }
    try head?.see(examples, parameters: parameters.base)
  }

  func makeObjective(
    _ phase: Phase, _ configuration: TrainingConfiguration, rows: Int, examples: (any ExampleSource)?,
    isCancelled: @escaping () -> Bool
  ) throws -> any TrainingObjective {
    switch phase.kind {
    case .pretraining:
      try PretrainingObjective(
        self, layer: phase.layer,
        inputRange: try corruptionRange(phase.layer, examples, isCancelled: isCancelled),
        seed: configuration.seed, rows: rows)
    case .supervised:
      try SupervisedObjective(self, dropout: configuration.dropout, seed: configuration.seed, rows: rows)
    case .unsupervised: try UnsupervisedObjective(self, rows: rows)
    case .fit: throw ModelError.invalidArgument("a stack has no phase \(phase.kind.name)")
    }
  }

  private func corruptionRange(
    _ layer: Int, _ examples: (any ExampleSource)?, isCancelled: @escaping () -> Bool
  ) throws -> ClosedRange<Float>? {
    if let examples { return try inputRange(layer, examples, isCancelled: isCancelled) }
    if layers[layer].configuration.needsInputRange {
      throw ModelError.invalidArgument(
        "layer \(layer) has corruption_range data, but a trainer sees one batch at a time; use corruption_range given "
          + "with corruption_low and corruption_high")
    }
    return nil
  }

  func score(
    _ validation: MetricValues, _ phase: Phase, _ configuration: TrainingConfiguration, epoch: Int
  ) -> Double? {
    -validation[phase.kind.usesLabels && configuration.monitor == .error ? .error : .loss]
  }

  func warnings(
    _ examples: any ExampleSource, _ kind: Phase.Kind, _ configuration: TrainingConfiguration
  ) throws -> [String] { [] }

  func findings(_ examples: any ExampleSource) -> [String] { [] }

  func lossUnits(_ phase: Phase) -> Int {
    switch phase.kind {
    case .supervised: headShape?.targetColumns ?? 1
    case .pretraining: layers[phase.layer].encoder.inputs
    case .unsupervised, .fit: dataDimension
    }
  }

  func epochsBefore(_ phase: Phase, in call: TrainingState) -> Int { 0 }

  /// Each layer has an order of the examples of its own.
  func shufflingOffset(_ phase: Phase) -> Int {
    phase.kind == .pretraining ? 1_000_000 * (phase.layer + 1) : 0
  }
}

extension StackConfiguration {
  /// How this architecture differs from that of a checkpoint.
  func difference(from saved: StackConfiguration) -> String? {
    for parameter in Self.parameters {
      let name = parameter.name == "seed" ? "the seed of the initial weights" : parameter.name
      if let text = parameter.difference(from: saved, to: self, name: name) { return text }
    }
    if layers.count != saved.layers.count {
      return "there were \(saved.layers.count) layers in the checkpoint, there are \(layers.count) now"
    }
    for (index, (old, new)) in zip(saved.layers, layers).enumerated() {
      for parameter in LayerConfiguration.parameters {
        if let text = parameter.difference(from: old, to: new) { return "layer \(index): \(text)" }
      }
    }
    return nil
  }
}
