extension VariationalAutoencoder {
  /// What is wrong with the numbers by which columns are standardised; nil if nothing is.
  public var standardizationProblem: String? { likelihood.standardization?.problem(in: parameters.base) }

  /// True for a model that standardises its columns and has seen no examples yet.
  var needsStandardization: Bool {
    likelihood.standardization.map { !$0.isKnown(in: parameters.base) } ?? false
  }

  /// Takes the weights off columns that are constant: they are 0 in all that is learned from, so their weights would stay
  /// as they were drawn, and another value in later data would lead to any code.
  private func forgetConstants(_ standardization: Standardization) {
    let weight = encoder.layers[0].weight(in: parameters.base)
    for (column, _) in standardization.ownFloors(in: parameters.base) {
      weight.row(column).update(repeating: 0, count: weight.columns)
    }
  }

  /// Takes the means and deviations of `examples` for those by which columns are standardised from now on.
  ///
  /// Throws `ModelError.data` at an unsuitable value, `.invalidArgument` if the model does not standardise; the model is
  /// unchanged then.
  public func standardize(
    by examples: any ExampleSource, isCancelled: @escaping () -> Bool = { false }
  ) throws {
    guard let standardization = likelihood.standardization else {
      throw ModelError.invalidArgument(
        "the model does not standardise: that needs likelihood gaussian, mean_activation identity and standardize 1"
      )
    }
    try ExampleCheck.shape(examples, columns: dataDimension, what: "the examples")
    let moments = try ColumnMoments(examples, check: exampleCheck, isCancelled: isCancelled)
    standardization.set(moments, in: parameters.base)
    forgetConstants(standardization)
  }
}
