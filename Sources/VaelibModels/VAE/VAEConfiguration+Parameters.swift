extension VAEConfiguration {
  /// Every hyper-parameter of the architecture, by the names that the header, files and bindings use.
  public static let parameters: [Parameter<VAEConfiguration>] = [
    .count(
      "data_dim", \.dataDimension, 1...maximumWidth, "1 to \(maximumWidth)",
      "D, the width of an example. Required."
    ).required(),
    .count(
      "latent_dim", \.latentDimension, 1...maximumWidth, "1 to \(maximumWidth)",
      "J, the width of the latent code z."),
    .widths(
      "hidden", "Widths of the encoder's hidden layers, first to last.", get: { $0.hidden },
      set: { $0.hidden = $1 }),
    .widths(
      "decoder_hidden", "Widths of the decoder's hidden layers; mirrors the encoder if not given.",
      get: { $0.decoderWidths }, set: { $0.decoderHidden = $1 }
    ).optional("hidden, reversed", isDerived: { $0.decoderHidden == nil }),
    .choice("activation", \.activation, "The activation of all hidden layers."),
    .choice(
      "likelihood", orAutomatic: \.likelihood,
      "p(x|z): bernoulli, continuous_bernoulli or beta for data in [0, 1]; gaussian, student_t or laplace for real values, "
        + "log_normal for those above 0; poisson, negative_binomial or zero_inflated_negative_binomial for counts; auto is "
        + "bernoulli for binary data and grey levels, else gaussian."
    ),
    .choice(
      "variance", \.variance,
      "Real values: fixed is noise_stddev squared, learned is one per dimension, predicted comes from the decoder. Beta and "
        + "negative binomials: learned or predicted is their concentration or dispersion."
    ),
    .choice(
      "mean_activation", \.meanActivation,
      "Real values only: the mean of p(x|z) as the decoder's output, or through a sigmoid for data in [0, 1]."
    ),
    .real(
      "noise_stddev", \.noiseStddev, "1e-9 to 1e9",
      "Real values with fixed variance: the standard deviation of p(x|z), of student_t its scale.",
      accepts: (1e-9...1e9).contains),
    .real(
      "stddev_floor", \.stddevFloor, "1e-9 to 1e3",
      "Real values with learned or predicted variance: the standard deviation, or the scale of student_t, never falls "
        + "below this; where columns are standardised, in units of a column's.",
      accepts: (1e-9...1e3).contains),
    .real(
      "degrees_of_freedom", orAutomatic: \.degreesOfFreedom, "1 to 1e6",
      "Likelihood student_t: how heavy the tails are, 1 for the heaviest; auto: one number learned per dimension.",
      accepts: (1...1e6).contains
    ).added(earlier: .real(Double(automaticNumber))),
    .flag(
      "standardize", \.standardize,
      "Real values with mean_activation identity, and counts: 1 brings each column, of counts log(1 + x), to mean 0 and "
        + "deviation 1 inside the model."
    ).added(earlier: .count(0)),
    .choice("initializer", \.initializer, "The distribution of the initial weights; biases start at 0."),
    .real(
      "initializer_stddev", \.initializerStddev, "above 0",
      "The standard deviation of initializer normal.", accepts: { $0 > 0 }),
    .seed("seed", \.seed, "Seed of the initial weights."),
  ]

  /// Throws at the first parameter that is not allowed.
  public func validate() throws(ModelError) {
    for parameter in Self.parameters { try parameter.validate(self) }
    try likelihood?.type.check(self)
  }
}
