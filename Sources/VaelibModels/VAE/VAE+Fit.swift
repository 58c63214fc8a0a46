import VaelibNumerics

extension VariationalAutoencoder {
  /// What checkpoints call the training of a variational auto-encoder.
  public static let phase = "fit"

  /// Trains on `examples`; after every epoch computes the bound of `validation`, if given.
  ///
  /// - Returns: what the caller should know although training succeeded.
  /// - Throws: `ModelError.data` with the model as it was; `.numerical` with the last good weights; `.cancelled` with
  ///   the weights reached; whatever the source throws when reading, or the checkpoint, with the model as it was.
  public func fit(
    _ examples: any ExampleSource, validation: (any ExampleSource)? = nil,
    configuration: TrainingConfiguration,
    checkpoints: TrainingCheckpoints<VariationalAutoencoder>? = nil, control: RunControl = RunControl()
  ) throws -> [String] {
    let run = try TrainingRun(
      self, examples, validation: validation, configuration: configuration, checkpoints: checkpoints,
      control: control)
    return try run.run()
  }

  /// What training changes beside the weights.
  struct Record {
    var history: [EpochRecord]
    var trainingConfiguration: TrainingConfiguration
    var dataScale: Double
    var dataShift: Double
  }

  var record: Record {
    get {
      Record(
        history: history, trainingConfiguration: trainingConfiguration, dataScale: dataScale,
        dataShift: dataShift)
    }
    set {
      history = newValue.history
      trainingConfiguration = newValue.trainingConfiguration
      dataScale = newValue.dataScale
      dataShift = newValue.dataShift
    }
  }
}

extension VAEConfiguration {
  /// In what this architecture differs from that of a checkpoint.
  func difference(from saved: VAEConfiguration) -> String? {
    for parameter in Self.parameters {
      let name = parameter.name == "seed" ? "the seed of the initial weights" : parameter.name
      if let text = parameter.difference(from: saved, to: self, name: name) { return text }
    }
    return nil
  }
}
