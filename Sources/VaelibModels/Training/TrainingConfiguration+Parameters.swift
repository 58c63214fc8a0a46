extension TrainingConfiguration {
  /// Every hyper-parameter of training, by the names that the header, files and bindings use.
  public static let parameters: [Parameter<TrainingConfiguration>] = [
    .count(
      "epochs", orAutomatic: \.epochs, 1...1_000_000_000, "1 to 1000000000",
      "Passes over the training set; auto makes them from a number of updates, and stops when validation says so."
    ),
    .count(
      "batch_size", orAutomatic: \.batchSize, 1...1_048_576, "1 to 1048576",
      "M, the examples per step; auto is \(TrainingBudget.of(.fit).batchSize), for stacks "
        + "\(TrainingBudget.of(.pretraining).batchSize), or all where there are fewer."),
    .choice(
      "estimator", \.estimator,
      "analytic: closed-form KL (estimator B); monte_carlo: all terms sampled (estimator A)."
    ).only(in: .fit),
    .count(
      "samples", \.samples, 1...65536, "1 to 65536", "L, the latent samples per example."
    ).only(in: .fit),
    .real(
      "beta", \.beta, "at least 0", "The weight of the KL term; 1 trains the evidence lower bound.",
      accepts: { $0 >= 0 }
    ).only(in: .fit),
    .real(
      "kl_warmup_epochs", \.klWarmupEpochs, "at least 0",
      "The KL weight grows linearly from 0 to beta over this many epochs.", accepts: { $0 >= 0 }
    ).only(in: .fit),
    .choice(
      "binarization", \.binarization,
      "dynamic: values in [0, 1] are probabilities of 1, and 0 or 1 is drawn at each use."
    ).only(in: .fit),
    .choice("optimizer", \.optimizer, "How gradients change the weights."),
    .real("learning_rate", \.learningRate, "above 0", "The step size.", accepts: { $0 > 0 }),
    .real(
      "momentum", \.momentum, "0 to below 1", "sgd: the share of the last step that is kept.",
      accepts: (0..<1).contains),
    .flag("nesterov", \.nesterov, "sgd: 1 for Nesterov's form of momentum."),
    .real(
      "beta1", \.beta1, "0 to below 1", "adam, adamw: decay of the first moment.",
      accepts: (0..<1).contains),
    .real(
      "beta2", \.beta2, "0 to below 1",
      "adam, adamw: decay of the second moment; rmsprop: decay of the mean square.",
      accepts: (0..<1).contains),
    .real(
      "epsilon", \.epsilon, "1e-30 to 1", "Added to the root of the second moment.",
      accepts: (1e-30...1).contains),
    .choice("schedule", \.schedule, "How the learning rate changes over the epochs."),
    .real(
      "schedule_epochs", \.scheduleEpochs, "above 0",
      "step: the rate is multiplied by schedule_factor every so many epochs.", accepts: { $0 > 0 }),
    .real(
      "schedule_factor", \.scheduleFactor, "above 0, at most 1",
      "step: the factor; exponential: the factor per epoch; cosine: the final rate as a fraction of learning_rate.",
      accepts: { $0 > 0 && $0 <= 1 }),
    .real(
      "warmup_epochs", \.warmupEpochs, "at least 0",
      "The learning rate first grows linearly from 0 over this many epochs.", accepts: { $0 >= 0 }),
    .real(
      "weight_decay", \.weightDecay, "at least 0",
      "Precision of the normal prior on all parameters; 1 is the paper's N(0, I), 0 none.",
      accepts: { $0 >= 0 }),
    .real(
      "gradient_clip_norm", orAutomatic: \.gradientClipNorm, "at least 0",
      "Gradients are scaled down to this norm; 0 for no limit, auto for \(Int(GradientLimit.multiple)) times the usual "
        + "norm of the training.", accepts: { $0 >= 0 }),
    .count(
      "patience", orAutomatic: \.patience, 0...1_000_000_000, "0 to 1000000000",
      "Stop after so many epochs in which the validation examples did no better, and return to the best weights; "
        + "0 for never, auto for a number of updates if epochs is auto, else 0. What counts is the bound from the end "
        + "of a KL warm-up on, for stacks the loss."
    ).only(in: .supervised, .unsupervised, .fit),
    .choice(
      "monitor", \.monitor,
      "What patience watches where labels or targets are learned: the loss, or the error, 1 - the score, of which many "
        + "epochs have the same if validation examples with labels are few."
    ).only(in: .supervised).added(earlier: .text(Monitor.error.rawValue)),
    .real(
      "validation_fraction", orAutomatic: \.validationFraction, "0 to below 1",
      "This part of the examples is held out for validation, unless validation examples are given; auto is "
        + "\(TrainingBudget.validationFraction) if patience is not 0, else 0.",
      accepts: (0..<1).contains
    ).added(earlier: .real(0)),
    .choice(
      "validation_split", \.validationSplit,
      "Which rows are held out: random ones, of labelled examples in proportion from each class, or the last."
    ).added(earlier: .text(ValidationSplit.random.rawValue)),
    .real(
      "dropout", \.dropout, "0 to below 1",
      "Fine-tuning stacks with labels or targets: the probability with which each unit of a code is dropped at each use.",
      accepts: (0..<1).contains
    ).only(in: .supervised),
    .real(
      "trim_fraction", \.trimFraction, "0 to 0.5",
      "Robust training where the training set holds outliers: the part of each batch, rounded down, with the highest loss "
        + "has no gradient; the weight of the other examples stays as it is.", accepts: (0...0.5).contains
    ).only(in: .fit).added(earlier: .real(0)),
    .real(
      "hide_fraction", \.hideFraction, "0 to 0.9",
      "Where missing is ignore or indicate: the share of an example's numbers that the encoder does not see in a step, drawn anew "
        + "each time; p(x|z) is of all. For examples that will lack other numbers than those learned from.",
      accepts: (0...0.9).contains
    ).only(in: .fit).added(earlier: .real(0)),
    .seed("seed", \.seed, "Seed of shuffling, latent noise, binarisation, corruption and dropout."),
  ]

  /// Throws at the first parameter that is not allowed.
  public func validate() throws(ModelError) {
    for parameter in Self.parameters { try parameter.validate(self) }
  }
}

extension TrainingConfiguration {
  /// Throws if a setting that means nothing in a phase is not at its default.
  func check(for kind: Phase.Kind) throws(ModelError) {
    let defaults = TrainingConfiguration()
    for parameter in Self.parameters where !parameter.phases.contains(kind) {
      let (value, initial) = (parameter.get(self), parameter.get(defaults))
      // 0 asks for nothing. It is also what a training without such a thing has decided. Earlier files have their own
      // value.
      if ![initial, .count(0), .real(0), parameter.earlierValue].contains(value) {
        let purposes = parameter.phases.map(\.purpose).joined(separator: ", or ")
        throw .invalidArgument(
          "\(parameter.name) is \(parameter.text(value)), but it is for \(purposes); leave it at "
            + "\(parameter.text(initial)) for \(kind.purpose)")
      }
    }
  }
}

extension EvaluationConfiguration {
  /// The parameters of an evaluation, by the names that the header uses.
  public static let parameters: [Parameter<EvaluationConfiguration>] = [
    .count(
      "samples", \.samples, 1...1_000_000, "1 to 1000000",
      "L of the bound, K of the likelihood: latent samples per example."),
    .choice("estimator", \.estimator, "Bounds: the form of the KL term, as in training."),
    .choice("binarization", \.binarization, "As in training; one binary draw per example."),
    .seed("seed", \.seed, "Seed of latent noise and binarisation."),
    .flag(
      "common_noise", \.commonNoise,
      "1 for the same latent noise and binarisation for every example: its result does not depend on its place."
    ),
  ]

  /// Throws at the first parameter that is not allowed.
  public func validate() throws(ModelError) {
    for parameter in Self.parameters { try parameter.validate(self) }
  }
}
