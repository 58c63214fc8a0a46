extension VAEConfiguration {
  /// Every hyper-parameter of the architecture, by the names that the header, files and bindings use.
  public static let parameters: [Parameter<VAEConfiguration>] =
    network + LikelihoodOptions.parameters.map { $0.within(\.options) } + initialization

  private static var network: [Parameter<VAEConfiguration>] {
    [
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
        "missing", \.missing,
        "Examples that lack numbers (NaN): refuse is an error; ignore leaves the columns out of p(x|z), and the encoder sees "
          + "their means; indicate tells the encoder, too, which are missing."
      ).added(earlier: .text(MissingValues.refuse.rawValue)),
    ]
  }

  private static var initialization: [Parameter<VAEConfiguration>] {
    [
      .choice("initializer", \.initializer, "The distribution of the initial weights; biases start at 0."),
      .real(
        "initializer_stddev", \.initializerStddev, "above 0",
        "The standard deviation of initializer normal.", accepts: { $0 > 0 }),
      .seed("seed", \.seed, "Seed of the initial weights."),
    ]
  }

  /// Throws at the first parameter that is not allowed.
  public func validate() throws(ModelError) {
    for parameter in Self.parameters { try parameter.validate(self) }
    try likelihood?.type.check(options)
    try checkGroups()
    try checkShares()
    try checkSizeFactors()
    try checkDependence()
    try checkQuantiles()
  }

  private func checkGroups() throws(ModelError) {
    if groups.isEmpty {
      if likelihood != .categorical { return }
      throw .invalidArgument(
        "likelihood is categorical, of which each column needs its number of categories; give column groups")
    }
    if likelihood != nil {
      throw .invalidArgument(
        "likelihood is given beside column groups, which have their own; leave it at auto")
    }
    for (index, group) in groups.enumerated() {
      do {
        try group.validate()
      } catch {
        throw .invalidArgument("column group \(index): \(error)")
      }
    }
    // No overflow: a group has at most 2^24 columns, and there are no more groups than columns.
    let columns = groups.reduce(0) { $0 + $1.columns }
    if columns != dataDimension {
      throw .invalidArgument(
        "the column groups have \(columns) columns together, but data_dim is \(dataDimension)")
    }
    if modelledGroups.isEmpty {
      throw .invalidArgument(
        "all column groups are given, as conditions or size factor, so nothing is modelled; add columns that are, or set "
          + "condition to 0 in one of the groups"
      )
    }
  }

  /// Throws the first problem of a group that has a setting, which messages call `setting`.
  func checkGroups(
    _ setting: String, where hasSetting: (ColumnGroup) -> Bool, _ problem: (ColumnGroup) -> String?
  ) throws(ModelError) {
    for (index, group) in decidedGroups.enumerated() where hasSetting(group) {
      guard let problem = problem(group) else { continue }
      throw .invalidArgument((groups.isEmpty ? "" : "column group \(index): ") + "\(setting), \(problem)")
    }
  }
}
