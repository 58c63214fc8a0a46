import VaelibNetworks
import VaelibNumerics

extension TrainableModel {
  public var standardizationProblem: String? {
    let all = standardized.map(\.standardization) + [head?.standardization].compactMap { $0 }
    return all.compactMap { $0.problem(in: parameters.base) }.first
  }

  /// True for a model that standardises columns and has seen no examples yet.
  var needsStandardization: Bool {
    standardized.contains { !$0.standardization.isKnown(in: parameters.base) }
  }

  public func standardize(
    by examples: any ExampleSource, weights: ExampleWeights?, isCancelled: @escaping () -> Bool
  ) throws {
    let standardized = standardized
    if standardized.isEmpty {
      throw ModelError.invalidArgument(
        "the model does not standardise: that needs standardize 1, and a likelihood of counts, or of real values with "
          + "mean_activation identity, or in a stack loss squared_error in layer 0")
    }
    try ExampleCheck.shape(examples, columns: dataDimension, what: "the examples")
    let sample = try ColumnSample(
      of: standardized.filter { $0.standardization.quantiles != nil }.map(\.columns), rows: examples.rows)
    let moments = try profiled(.standardization) {
      try ColumnMoments(
        examples, weights: weights, functions: standardized.map { ($0.columns, $0.function) },
        totals: standardized.filter { $0.standardization.total != nil }.map(\.columns), sample: sample,
        check: exampleCheck, isCancelled: isCancelled)
    }
    if let column = moments.weightSums.firstIndex(of: 0) {
      throw ModelError.data(
        "\(record.columns.text(column)) (counted from 0) is missing in all of the examples; leave it out, there is nothing "
          + "to learn"
      )
    }
    for part in standardized {
      let constants = part.standardization.set(moments.columns(part.columns), in: parameters.base)
      forget(constants.map { part.inputs.lowerBound + $0 })
      setQuantiles(part, of: sample, except: constants)
    }
  }

  /// Takes the quantiles of columns that are to become normal scores, and are not constant.
  private func setQuantiles(_ part: StandardizedColumns, of sample: ColumnSample, except constants: [Int]) {
    guard let quantiles = part.standardization.quantiles else { return }
    let constants = Set(constants)
    forEachRow(.standardization, part.columns.count, width: 1 << 16) { column in
      let found =
        constants.contains(column)
        ? nil : QuantileKnots(sample.entries(part.columns.lowerBound + column))
      quantiles.set(found, column: column, in: parameters.base)
      guard let found else { return }
      parameters.base[part.standardization.mean.offset + column] = found.center
      parameters.base[part.standardization.deviation.offset + column] = found.unit
    }
  }

  /// Takes the weights off inputs that are constant: they are 0 in all that is learned from, so their weights would
  /// stay as they were drawn, and another value in later data would lead to any code.
  private func forget(_ constants: [Int]) {
    for weights in constants.flatMap(weights(ofInput:)) { weights.update(repeating: 0) }
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
