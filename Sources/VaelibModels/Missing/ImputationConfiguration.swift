/// How missing numbers are estimated. The initial values are the defaults, defined here only.
public struct ImputationConfiguration: Sendable, Equatable {
  public var method = ImputationMethod.importance
  public var estimate = ImputationEstimate.mean
  public var samples = 200
  public var imputations = 1
  public var seed: UInt64 = 0

  public init() {}

  /// The parameters, by the names that the header uses.
  public static let parameters: [Parameter<ImputationConfiguration>] = [
    .choice(
      "method", \.method,
      "importance weighs draws of q(z|observed) by p(observed|z) p(z) / q(z|observed); markov_chain draws z given the completed "
        + "example, and what is missing given z, in turn."
    ),
    .choice(
      "estimate", \.estimate,
      "mean; mode, the most probable value where there are two or a category, and whole counts; or sample, drawn given what was "
        + "observed. Of categories the mean is the mode, too."
    ),
    .count(
      "samples", \.samples, 2...1_000_000, "2 to 1000000",
      "importance: draws for each example; markov_chain: steps, of which the first half is not used."),
    .count(
      "imputations", \.imputations, 1...1000, "1 to 1000",
      "Estimate sample: how many completed examples there are for each."),
    .seed("seed", \.seed, "Seed of all draws."),
  ]

  /// Throws at the first parameter that is not allowed.
  public func validate() throws(ModelError) {
    for parameter in Self.parameters { try parameter.validate(self) }
    if estimate != .sample, imputations > 1 {
      throw .invalidArgument(
        "imputations is \(imputations), but estimate \(estimate.rawValue) is always the same; use estimate sample, or 1"
      )
    }
    if method == .markovChain, imputations > samples / 2 {
      throw .invalidArgument(
        "imputations is \(imputations), but of \(samples) steps (samples) only \(samples / 2) are used; use more, or fewer "
          + "imputations")
    }
  }
}

/// Where the latents come from that speak of what is missing.
public enum ImputationMethod: String, CaseIterable, Sendable {
  /// Self-normalised importance sampling (Mattei & Frellsen 2019, eq. 10 and 11).
  case importance
  /// A Markov chain (Rezende et al. 2014, appendix F).
  case markovChain = "markov_chain"
}

/// What takes the place of a missing number.
public enum ImputationEstimate: String, CaseIterable, Sendable {
  case mean
  case mode
  case sample
}
