import VaelibNetworks

extension StackPhase {
  /// What checkpoints and messages call it.
  public var name: String {
    switch self {
    case .pretraining: "pretraining"
    case .supervised: "supervised"
    case .unsupervised: "unsupervised"
    }
  }
}

extension StackedAutoencoder {
  /// Where a call goes on: nil if it begins as it would without a checkpoint.
  func begin(
    _ phase: StackPhase, _ examples: LabeledExamples, _ validation: LabeledExamples?,
    _ configuration: TrainingConfiguration, _ checkpoints: TrainingCheckpoints<StackedAutoencoder>?
  ) throws -> TrainingCheckpoints<StackedAutoencoder>.Beginning? {
    guard let checkpoints else { return nil }
    func identify(_ examples: LabeledExamples) throws -> DataIdentity {
      try checkpoints.identify(examples.source, labels: phase == .supervised ? examples.labels : nil)
    }
    let run = RunIdentity(
      phase: phase.name, configuration: configuration, examples: try identify(examples),
      validation: try validation.map(identify))
    return try checkpoints.begin(
      run, difference: { self.configuration.difference(from: $0.configuration) },
      epochsMayGrow: { state in
        // Layers that are done had as many epochs as the configuration said, unless they have their own.
        phase != .pretraining || self.configuration.layers.prefix(state.layer).allSatisfy { $0.epochs > 0 }
      })
  }

  /// Takes weights, classifier and history of a checkpoint, and how the phases before this one were trained.
  func takeOver(_ saved: StackedAutoencoder) throws {
    classNames = saved.classNames ?? (saved.classes == classes ? classNames : nil)
    if saved.classes == classes {
      try parameters.copy(from: saved.parameters)
    } else {
      shape = saved.shape
    }
    history = saved.history
    trainingConfigurations.merge(saved.trainingConfigurations) { own, _ in own }
  }
}

extension StackConfiguration {
  /// In what this architecture differs from that of a checkpoint.
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
