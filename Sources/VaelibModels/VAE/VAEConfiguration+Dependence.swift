extension VAEConfiguration {
  /// The likelihoods that have a number of their own for each column which may depend on conditions.
  private static let likelihoodsWithShapes = [
    LikelihoodKind.negativeBinomial, .zeroInflatedNegativeBinomial, .beta,
  ]

  /// Throws if the second number of each column is to depend on conditions where there are none, or no such number.
  func checkDependence() throws(ModelError) {
    try checkGroups(
      "variance is by_condition", where: { $0.options.variance == .byCondition }, problem(ofDependenceIn:))
  }

  private func problem(ofDependenceIn group: ColumnGroup) -> String? {
    if group.isGiven {
      return "but the columns are given, and have none that could be learned; leave variance at learned"
    }
    let name = group.likelihood?.rawValue ?? "auto"
    let names = Self.likelihoodsWithShapes.map(\.rawValue)
    if !names.contains(name) {
      return
        "but likelihood \(name) has no dispersion or concentration; use \(names.joined(separator: " or ")), or variance "
        + "predicted, which the decoder says of latents and conditions"
    }
    if !groups.contains(where: { $0.condition == 1 }) {
      return
        "but no column is a condition that it could depend on; make one a condition (condition 1, in Python also fit(X, "
        + "conditions=...)), or leave variance at learned"
    }
    return nil
  }
}
