/// What identifies a training call: to resume from a checkpoint, it must match the call that wrote it.
public struct RunIdentity: Sendable, Equatable {
  public var phase: Phase.Kind
  public var configuration: TrainingConfiguration
  public var examples: DataIdentity
  public var validation: DataIdentity?

  public init(
    phase: Phase.Kind, configuration: TrainingConfiguration, examples: DataIdentity, validation: DataIdentity?
  ) {
    self.phase = phase
    self.configuration = configuration
    self.examples = examples
    self.validation = validation
  }

  /// How this call differs from that of a checkpoint, as a sentence without its full stop.
  ///
  /// - Parameter mayGrow: more epochs than before do not count as a difference.
  func difference(from saved: RunIdentity, mayGrow: Bool) -> String? {
    for parameter in TrainingConfiguration.parameters where parameter.phases.contains(phase) {
      let (old, new) = (parameter.get(saved.configuration), parameter.get(configuration))
      if old == new { continue }
      if parameter.name == "epochs" {
        if mayGrow, configuration.epochs > saved.configuration.epochs { continue }
        return "epochs was \(old) in the checkpoint, is \(new) now, \(reasonAgainstEpochs(saved))"
      }
      return "\(parameter.name) was \(parameter.text(old)) in the checkpoint, is \(parameter.text(new)) now"
    }
    if let difference = examples.difference(from: saved.examples, what: "the training examples") {
      return difference
    }
    switch (saved.validation, validation) {
    case (nil, nil): return nil
    case (nil, _): return "there were no validation examples in the checkpoint, there are some now"
    case (_, nil): return "there were validation examples in the checkpoint, there are none now"
    case (let old?, let new?): return new.difference(from: old, what: "the validation examples")
    }
  }

  private func reasonAgainstEpochs(_ saved: RunIdentity) -> String {
    if configuration.epochs < saved.configuration.epochs { return "and may only grow" }
    if configuration.schedule == .cosine { return "but the learning rates of schedule cosine depend on it" }
    return "but the training that used it is complete"
  }
}

extension Parameter {
  /// "latent_dim was 2 in the checkpoint, is 3 now"; nil if the two agree.
  func difference(from saved: Root, to now: Root, name: String? = nil) -> String? {
    let (old, new) = (get(saved), get(now))
    return old == new ? nil : "\(name ?? self.name) was \(text(old)) in the checkpoint, is \(text(new)) now"
  }
}
