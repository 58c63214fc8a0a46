import VaelibNetworks
import VaelibNumerics

/// What a kind of model supplies to the one training loop: for each phase its objective, its evaluation, its score.
protocol TrainableModel: Model {
  /// What the examples must be.
  var exampleCheck: ExampleCheck { get }
  /// The columns that are brought to one scale, in order.
  var standardized: [StandardizedColumns] { get }
  /// What learns labels or targets; nil where there is nothing of the kind.
  var head: (any Head)? { get }
  var headShape: HeadShape? { get }
  /// The weights of an input, of what networks see of examples, in every layer that sees it.
  func weights(ofInput input: Int) -> [UnsafeMutableBufferPointer<Float>]
  /// The phases that a call of this kind goes through, in their order.
  func phases(of kind: Phase.Kind) -> [Phase]
  /// Throws if a setting means nothing in a phase of this kind.
  func check(_ configuration: TrainingConfiguration, for kind: Phase.Kind) throws(ModelError)
  /// The configuration of a call with what the phase has of its own.
  func configuration(of phase: Phase, _ call: TrainingConfiguration) -> TrainingConfiguration
  /// Takes what a checkpoint holds of this model.
  func takeOver(_ saved: Self) throws
  /// How the architecture differs from that of a checkpoint, or nil.
  func difference(from saved: Self) -> String?
  /// More epochs than before change nothing of what was done until this state.
  func epochsMayGrow(_ kind: Phase.Kind, from state: TrainingState) -> Bool
  /// What puts the model back as it is now.
  func makeRollback() throws -> () -> Void

  /// The last preparations before the first step: checks labels and targets, adds a head where one is needed, looks at what
  /// the examples are like.
  func prepare(
    _ kind: Phase.Kind, _ examples: LabeledExamples, _ validation: LabeledExamples?,
    isCancelled: @escaping () -> Bool
  ) throws
  /// The objective of a phase for batches of up to `rows` rows. `examples` are those of the call; nil in a loop of the
  /// caller's own, which has one batch at a time.
  func makeObjective(
    _ phase: Phase, _ configuration: TrainingConfiguration, rows: Int, examples: (any ExampleSource)?,
    isCancelled: @escaping () -> Bool
  ) throws -> any TrainingObjective

  /// The history's values for the validation examples after an epoch.
  func evaluate(
    _ validation: LabeledExamples, _ phase: Phase, _ configuration: TrainingConfiguration,
    control: RunControl
  ) throws -> MetricValues
  /// What patience compares, larger is better; nil while epochs cannot be compared with later ones.
  func score(
    _ validation: MetricValues, _ phase: Phase, _ configuration: TrainingConfiguration, epoch: Int
  ) -> Double?
  /// What the caller should know about these examples.
  func warnings(
    _ examples: any ExampleSource, _ kind: Phase.Kind, _ configuration: TrainingConfiguration
  ) throws -> [String]

  /// What the caller should know of the model after a training that went through.
  func findings(_ examples: any ExampleSource) throws -> [String]

  /// How many terms a loss of a phase is the sum of: the columns that are compared, or 1 for a label.
  func lossUnits(_ phase: Phase) -> Int

  /// What is added to the number of an epoch in the history and in the keys of noise.
  func epochsBefore(_ phase: Phase, in call: TrainingState) -> Int
  /// What is added to an epoch's number to key the order of its examples.
  func shufflingOffset(_ phase: Phase) -> Int
}

extension TrainableModel {
  var head: (any Head)? { nil }
  var headShape: HeadShape? { nil }

  public func epochs(of phase: Phase, _ call: TrainingConfiguration) -> Int {
    configuration(of: phase, call).epochs
  }

  public func makeTrainer(
    _ phase: Phase, _ call: TrainingConfiguration, examplesPerEpoch: Int
  ) throws -> Trainer {
    try Trainer.check(call, examplesPerEpoch: examplesPerEpoch)
    try check(call, for: phase.kind)
    let known = phases(of: phase.kind)
    guard known.contains(phase) else {
      throw ModelError.invalidArgument(
        known.count > 1 || phase.kind == .pretraining
          ? "layer is \(phase.layer); the stack has layers 0 to \(known.count - 1)"
          : "layer is \(phase.layer); it must be 0, since the phase \(phase.kind.name) has no layers")
    }
    try checkStandardization()
    let own = configuration(
      of: phase, call.resolved(for: phase.kind, rows: examplesPerEpoch, isValidated: false))
    return try Trainer(
      own, columns: dataDimension, examplesPerEpoch: examplesPerEpoch,
      head: phase.kind.usesLabels ? headShape : nil, capacity: 1
    ) {
      try self.makeObjective(phase, own, rows: $0, examples: nil, isCancelled: { false })
    }
  }
}
