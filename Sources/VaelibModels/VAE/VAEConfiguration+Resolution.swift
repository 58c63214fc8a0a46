extension VAEConfiguration {
  /// Decides on `examples` what was left to them: the likelihood. Binary data and grey levels get a Bernoulli likelihood,
  /// all others a Gaussian one.
  ///
  /// Throws `ModelError.data` if the width is another, and whatever the source throws.
  public mutating func resolve(for examples: any ExampleSource) throws {
    try ExampleCheck.shape(examples, columns: dataDimension, what: "the examples")
    guard likelihood == nil else { return }
    likelihood = try ValueKind.of(examples).isOfProbabilities ? .bernoulli : .gaussian
  }

  /// The likelihood, once it is decided.
  public func decidedLikelihood() throws(ModelError) -> LikelihoodKind {
    guard let likelihood else {
      throw .invalidArgument(
        "likelihood is auto, and no examples were looked at to decide it: show it some (vaelib_vae_config_resolve(), in "
          + "Python initialize(X)), or choose "
          + LikelihoodKind.allCases.map(\.rawValue).joined(separator: " or "))
    }
    return likelihood
  }
}
