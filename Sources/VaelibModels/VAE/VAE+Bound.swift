import VaelibNumerics

extension VariationalAutoencoder {
  /// The evidence lower bound of every example, given to `receive` in order of the rows.
  public func bounds(
    _ examples: any ExampleSource, _ evaluation: EvaluationConfiguration, control: RunControl = RunControl(),
    receive: (_ row: Int, _ terms: BoundTerms) -> Void
  ) throws {
    try Evaluator.forEachExample(of: self, examples, evaluation, control: control) { row, example in
      let draws = example.draws
      let kl =
        evaluation.estimator == .analytic
        ? example.analyticKL : draws.reduce(0) { $0 + $1.kl } / Double(draws.count)
      let reconstruction = draws.reduce(0) { $0 + $1.logLikelihood } / Double(draws.count)
      receive(row, BoundTerms(reconstruction: reconstruction, kl: kl))
    }
  }

  /// The share of each column in the reconstruction term of every example: the mean over latent samples of log p(x_d|z),
  /// [D], given to `receive` in order of the rows.
  public func columnTerms(
    _ examples: any ExampleSource, _ evaluation: EvaluationConfiguration, control: RunControl = RunControl(),
    receive: (_ row: Int, _ terms: [Double]) -> Void
  ) throws {
    try Evaluator.forEachExample(
      of: self, examples, evaluation, control: control,
      makeCollector: { rows, _ in try ColumnTerms(width: dataDimension, rows: rows) }
    ) { row, example in
      let (sums, count) = (example.collector.sum(example.rowOfBlock), Double(example.draws.count))
      receive(row, (0..<dataDimension).map { sums[$0] / count })
    }
  }

  /// The mean of the bound's terms over all examples, each with its weight.
  public func meanBound(
    _ examples: any ExampleSource, weights: ExampleWeights? = nil, _ evaluation: EvaluationConfiguration,
    control: RunControl = RunControl()
  ) throws -> BoundTerms {
    var (sum, total) = (BoundTerms(), 0.0)
    try bounds(examples, evaluation, control: control) { row, terms in
      let weight = Double(weights?[row] ?? 1)
      sum += terms * weight
      total += weight
    }
    return sum / total
  }

  /// What the caller should know about estimates on these examples.
  public func evaluationWarnings(
    _ examples: any ExampleSource, _ evaluation: EvaluationConfiguration
  ) throws -> [String] {
    try evaluation.validate()
    try check(evaluation.binarization)
    try ExampleCheck.shape(examples, columns: dataDimension, what: "the examples")
    // With common noise, results are meant to be compared among themselves.
    guard evaluation.binarization == .none, evaluation.commonNoise == 0 else { return [] }
    return try likelihood.parts.compactMap { part in
      let columns = configuration.groups.isEmpty ? nil : record.columns.holding(part.columns)
      guard let warning = part.likelihood.greyWarning(of: columns) else { return nil }
      return try ExampleCheck.looksGrey(examples, columns: part.columns) ? warning : nil
    }
  }
}
