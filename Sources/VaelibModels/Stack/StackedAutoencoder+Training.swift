import VaelibNetworks
import VaelibNumerics

extension StackedAutoencoder {
  /// Pretrains all layers, bottom first, each on the clean code of those below (Vincent et al. 2008, section 2.4).
  ///
  /// Throws as `VariationalAutoencoder.fit`.
  public func pretrain(
    _ examples: any ExampleSource, configuration: TrainingConfiguration,
    checkpoints: TrainingCheckpoints<StackedAutoencoder>? = nil, control: StackRunControl = StackRunControl()
  ) throws {
    try configuration.refuseDropout()
    if configuration.patience != 0 {
      throw ModelError.invalidArgument("patience is for fine-tuning; leave it at 0 when pretraining")
    }
    try checkExamples(examples, configuration, what: "the training examples")
    let runs = try layers.indices.map { layer in
      try makePretrainingRun(layer, examples, configuration, checkpoints, control)
    }
    try withRollback(examples, .pretraining, configuration) {
      let beginning = try begin(
        .pretraining, LabeledExamples(examples, labels: nil), nil, configuration, checkpoints)
      if let saved = beginning?.saved { try takeOver(saved) }
      if beginning?.isDone == true { return }
      let first = beginning?.state?.layer ?? 0
      for layer in first..<max(first, runs.count) {
        try runs[layer].run(
          from: layer == first ? beginning?.state : nil, isLast: layer == runs.count - 1)
      }
    }
  }

  /// The training configuration with what the layer has of its own.
  func pretrainingConfiguration(
    _ layer: Int, _ configuration: TrainingConfiguration
  ) -> TrainingConfiguration {
    let own = layers[layer].configuration
    var configuration = configuration
    if own.epochs > 0 { configuration.epochs = own.epochs }
    if own.learningRate > 0 { configuration.learningRate = own.learningRate }
    return configuration
  }

  private func makePretrainingRun(
    _ layer: Int, _ examples: any ExampleSource, _ configuration: TrainingConfiguration,
    _ checkpoints: TrainingCheckpoints<StackedAutoencoder>?, _ control: StackRunControl
  ) throws -> StackTrainingRun {
    let configuration = pretrainingConfiguration(layer, configuration)
    var record = StackEpochRecord()
    record.layer = layer
    return StackTrainingRun(
      self, LabeledExamples(examples, labels: nil), validation: nil, configuration: configuration,
      checkpoints: checkpoints, control: control, record: record
    ) { [seed = configuration.seed] in
      let range = try self.inputRange(layer, examples, isCancelled: control.isCancelled)
      return try PretrainingObjective(self, layer: layer, inputRange: range, seed: seed, rows: $0)
    }
  }

  /// Fine-tunes all layers: with labels, under the classifier, which the first such call adds; or without, as one deep
  /// auto-encoder. Throws as `VariationalAutoencoder.fit`.
  public func finetune(
    _ examples: LabeledExamples, validation: LabeledExamples?, phase: StackPhase,
    configuration: TrainingConfiguration, checkpoints: TrainingCheckpoints<StackedAutoencoder>? = nil,
    control: StackRunControl = StackRunControl()
  ) throws {
    if configuration.patience > 0, validation == nil {
      throw ModelError.invalidArgument(
        "patience is \(configuration.patience) but there is no validation set: give one, or set patience to 0"
      )
    }
    try checkExamples(examples.source, configuration, what: "the training examples")
    if let validation {
      try checkExamples(validation.source, configuration, what: "the validation examples")
    }
    var record = StackEpochRecord()
    record.phase = phase
    switch phase {
    case .pretraining:
      throw ModelError.invalidArgument(
        "pretraining is a call of its own; fine-tune supervised or unsupervised")
    case .supervised:
      break
    case .unsupervised:
      try configuration.refuseDropout()
    }
    let run = StackTrainingRun(
      self, examples, validation: validation, configuration: configuration, checkpoints: checkpoints,
      control: control,
      record: record
    ) { rows in
      if phase == .unsupervised { return try UnsupervisedObjective(self, rows: rows) }
      return try SupervisedObjective(
        self, dropout: configuration.dropout, seed: configuration.seed, rows: rows, label: examples.label)
    }
    try withRollback(examples.source, phase, configuration) {
      let beginning = try begin(phase, examples, validation, configuration, checkpoints)
      if let saved = beginning?.saved { try takeOver(saved) }
      if phase == .supervised { try checkLabels(examples, validation) }
      if beginning?.isDone == true { return }
      if phase == .supervised, classifier == nil {
        try addClassifier(classes: try examples.countClasses(what: "the training examples"))
      }
      try run.run(from: beginning?.state, isLast: true)
    }
  }

  private func checkLabels(_ examples: LabeledExamples, _ validation: LabeledExamples?) throws {
    let classes = self.classes > 0 ? self.classes : try examples.countClasses(what: "the training examples")
    try examples.check(classes: classes, what: "the training examples")
    try validation?.check(classes: classes, what: "the validation examples")
  }

  private func checkExamples(
    _ source: any ExampleSource, _ configuration: TrainingConfiguration, what: String
  ) throws {
    try configuration.validate()
    try configuration.checkForStack()
    try ExampleCheck.shape(source, columns: self.configuration.dataDimension, what: what)
    try exampleCheck.checkResident(source)
  }

  /// Notes how it is trained; puts everything back if training ends with an error that leaves the stack as it was.
  private func withRollback(
    _ examples: any ExampleSource, _ phase: StackPhase, _ configuration: TrainingConfiguration,
    _ train: () throws -> Void
  ) throws {
    let initial = try Snapshot(parameters)
    let (shape, history, scale, shift) = (shape, history, dataScale, dataShift)
    let (names, configurations) = (classNames, trainingConfigurations)
    dataScale = examples.scale
    dataShift = examples.shift
    trainingConfigurations[phase] = configuration
    do {
      try train()
    } catch let error as ModelError where error.keepsProgress {
      throw error
    } catch {
      initial.restore()
      self.shape = shape
      self.history = history
      (dataScale, dataShift) = (scale, shift)
      (classNames, trainingConfigurations) = (names, configurations)
      throw error
    }
  }
}

extension Trainer {
  /// A trainer that pretrains a layer of a stack, or fine-tunes it. `label` gives the class of a row of the batch.
  public convenience init(
    _ stack: StackedAutoencoder, phase: StackPhase, layer: Int, classes: Int,
    _ configuration: TrainingConfiguration, examplesPerEpoch: Int, label: @escaping (_ row: Int) -> Int
  ) throws {
    try Self.check(configuration, examplesPerEpoch: examplesPerEpoch)
    try configuration.checkForStack()
    if phase != .supervised { try configuration.refuseDropout() }
    if phase == .pretraining, !stack.layers.indices.contains(layer) {
      throw stack.noSuchLayer(layer)
    }
    if phase == .pretraining, stack.layers[layer].configuration.needsInputRange {
      throw ModelError.invalidArgument(
        "layer \(layer) has corruption_range data, but a trainer sees one batch at a time; use corruption_range given "
          + "with corruption_low and corruption_high")
    }
    if phase == .supervised, stack.classifier == nil {
      try stack.addClassifier(classes: classes)
    }
    let own = phase == .pretraining ? stack.pretrainingConfiguration(layer, configuration) : configuration
    try self.init(own, examplesPerEpoch: examplesPerEpoch) { rows in
      switch phase {
      case .pretraining:
        try PretrainingObjective(stack, layer: layer, seed: configuration.seed, rows: rows)
      case .supervised:
        try SupervisedObjective(
          stack, dropout: configuration.dropout, seed: configuration.seed, rows: rows, label: label)
      case .unsupervised: try UnsupervisedObjective(stack, rows: rows)
      }
    }
  }
}
