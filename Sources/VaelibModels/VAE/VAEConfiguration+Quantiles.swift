extension VAEConfiguration {
  /// The likelihoods that may be of normal scores.
  private static let likelihoodsOfScores = [LikelihoodKind.gaussian, .studentT, .laplace]

  /// Throws if columns are to become normal scores where that has no meaning.
  func checkQuantiles() throws(ModelError) {
    try checkGroups(
      "standardize_by is quantiles", where: { $0.options.standardizeBy == .quantiles },
      problem(ofQuantilesIn:))
  }

  private func problem(ofQuantilesIn group: ColumnGroup) -> String? {
    // Where the likelihood is left to the data, it may become bernoulli, which has as little use for other options.
    if group.likelihood == .bernoulli { return nil }
    if let kind = group.likelihood, !Self.likelihoodsOfScores.contains(kind) {
      let names = Self.likelihoodsOfScores.map(\.rawValue).joined(separator: " or ")
      return
        "but likelihood \(kind.rawValue) is not one of normal scores; use \(names), or leave standardize_by at "
        + "moments"
    }
    if group.options.standardize == 0 {
      return "but standardize is 0, so columns stay as they are; set standardize to 1"
    }
    if group.options.meanActivation == .sigmoid {
      return
        "but mean_activation is sigmoid, for means in [0, 1], where normal scores are any numbers; use identity"
    }
    if !group.isGiven, group.options.variance == .fixed {
      return
        "but variance is fixed: noise_stddev is in the unit of the data, which normal scores do not have; use learned "
        + "or predicted"
    }
    return nil
  }
}
