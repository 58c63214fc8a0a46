import VaelibNetworks
import VaelibNumerics

extension TrainableModel {
  var inputFunction: ColumnFunction { .identity }

  public var standardizationProblem: String? { standardization?.problem(in: parameters.base) }

  /// True for a model that standardises its columns and has seen no examples yet.
  var needsStandardization: Bool {
    standardization.map { !$0.isKnown(in: parameters.base) } ?? false
  }

  public func standardize(
    by examples: any ExampleSource, isCancelled: @escaping () -> Bool
  ) throws {
    guard let standardization else {
      throw ModelError.invalidArgument(
        "the model does not standardise: that needs standardize 1, and a likelihood of real values with "
          + "mean_activation identity, or in a stack loss squared_error in layer 0")
    }
    try ExampleCheck.shape(examples, columns: dataDimension, what: "the examples")
    let moments = try profiled(.standardization) {
      try ColumnMoments(examples, of: inputFunction, check: exampleCheck, isCancelled: isCancelled)
    }
    forget(standardization.set(moments, in: parameters.base))
  }

  /// Takes the weights off columns that are constant: they are 0 in all that is learned from, so their weights would
  /// stay as they were drawn, and another value in later data would lead to any code.
  private func forget(_ constants: [Int]) {
    let weight = firstLayer.weight(in: parameters.base)
    for column in constants { weight.row(column).update(repeating: 0, count: weight.columns) }
  }

  /// Throws for a trainer, which sees one batch at a time, of a model that has not seen its columns' scales.
  func checkStandardization() throws(ModelError) {
    if needsStandardization {
      throw .invalidArgument(
        "the model standardises its columns, but has seen no examples whose means and deviations it could take: train it "
          + "or standardize it first, or set standardize to 0")
    }
  }
}
