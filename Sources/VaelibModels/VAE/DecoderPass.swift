import VaelibNetworks
import VaelibNumerics

/// p(x|z) for up to a fixed number of latent rows: the decoder network and the likelihood on top.
///
/// Row functions touch memory of their row only, so different rows may be worked on by different threads.
final class DecoderPass {
  private let model: VariationalAutoencoder
  private let packed: [PackedMatrix]?
  private let workspace: NetworkWorkspace
  private let likelihood: ColumnLikelihoodRows
  /// Nil where no columns are given.
  private let conditional: ConditionalInputs?

  /// For training.
  convenience init(_ model: VariationalAutoencoder, rows: Int) throws {
    try self.init(model, packed: nil, rows: rows, forTraining: true)
  }

  /// For a query.
  convenience init(_ decoder: DecoderQuery, rows: Int) throws {
    try self.init(decoder.model, packed: decoder.packed, rows: rows, forTraining: false)
  }

  private init(
    _ model: VariationalAutoencoder, packed: [PackedMatrix]?, rows: Int, forTraining: Bool
  ) throws {
    self.model = model
    self.packed = packed
    workspace = try NetworkWorkspace(model.decoder, rows: rows, forTraining: forTraining)
    likelihood = try model.likelihood.makeRows(rows, forTraining: forTraining)
    conditional = try model.likelihood.conditions.map {
      try ConditionalInputs(latent: model.latentDimension, $0, rows: rows)
    }
  }

  /// Decodes `latents` [rows, J]. Of a model with columns that are given, `writeConditions` writes what the decoder is given
  /// of a row: what it sees of conditions, [C], and log s of a size factor.
  func run(
    _ latents: MatrixView,
    conditions writeConditions: (_ row: Int, _ out: UnsafeMutablePointer<Float>) -> Void
  ) {
    let input = conditional?.join(latents, writeConditions) ?? latents
    model.decoder.forward(
      parameters: model.parameters.base, input: input, workspace: workspace, packed: packed)
    profiled(.likelihood) {
      likelihood.begin(parameters: model.parameters.base)
      if let conditional { likelihood.take(conditional.given(latents.rows)) }
    }
  }

  private func outputs(_ row: Int) -> UnsafePointer<Float> {
    UnsafePointer(workspace.output(row + 1).row(row))
  }

  /// log p(x|z) of one row in nats, all constants included; `missing` columns are left out.
  func logLikelihood(_ row: Int, of example: UnsafePointer<Float>, missing: MissingColumns) -> Double {
    likelihood.logLikelihood(row, outputs(row), of: example, missing: missing)
  }

  /// The same of all columns of an example that was completed, where counts are shares of the total of those that were not
  /// missing.
  func completedLogLikelihood(
    _ row: Int, of example: UnsafePointer<Float>, missing: MissingColumns
  ) -> Double {
    likelihood.completedLogLikelihood(row, outputs(row), of: example, missing: missing)
  }

  /// The share of each column in `logLikelihood`, [D].
  func writeColumnTerms(
    _ row: Int, of example: UnsafePointer<Float>, missing: MissingColumns,
    into terms: UnsafeMutablePointer<Double>
  ) {
    likelihood.writeColumnTerms(row, outputs(row), of: example, missing: missing, into: terms)
  }

  /// log p(x|z) of one row; prepares the gradient of -weight * log p(x|z) for `backward`.
  func prepareGradient(
    _ row: Int, of example: UnsafePointer<Float>, missing: MissingColumns, weight: Float
  ) -> Double {
    likelihood.gradient(
      row, outputs(row), of: example, missing: missing, weight: weight,
      into: workspace.outputGradient(row + 1).row(row))
  }

  /// Back-propagates what `prepareGradient` left to the decoder's parameters and to the latents [rows, J].
  func backward(
    _ latents: MatrixView, gradients: UnsafeMutablePointer<Float>, latentGradient: MatrixView
  ) {
    let parameters = model.parameters.base
    model.decoder.backward(
      parameters: parameters, gradients: gradients, input: conditional?.inputs(latents.rows) ?? latents,
      workspace: workspace, inputGradient: latentGradient)
    profiled(.likelihood) {
      likelihood.finishGradients(rows: latents.rows, parameters: parameters, gradients: gradients)
    }
  }

  /// Writes the mean of p(x|z) of one row, [D].
  func writeMean(_ row: Int, into mean: UnsafeMutablePointer<Float>) {
    likelihood.writeMean(row, outputs(row), into: mean)
  }

  /// The same for a row that is to be as large as an example, where counts are shares of a total.
  func writeMean(
    _ row: Int, of example: UnsafePointer<Float>, missing: MissingColumns,
    into mean: UnsafeMutablePointer<Float>
  ) {
    likelihood.writeMean(row, outputs(row), of: example, missing: missing, into: mean)
  }

  /// How many numbers `writeStatistics` writes.
  var statisticCount: Int { likelihood.statisticCount }

  /// Writes what estimates of missing columns of an example are made of, given z of one row.
  func writeStatistics(
    _ row: Int, of example: UnsafePointer<Float>, missing: MissingColumns,
    into statistics: UnsafeMutablePointer<Float>
  ) {
    likelihood.writeStatistics(row, outputs(row), of: example, missing: missing, into: statistics)
  }

  /// Writes the estimates of missing columns from statistics averaged over z to their places in an example.
  func writeEstimates(
    of missing: MissingColumns, from statistics: UnsafePointer<Double>, mostProbable: Bool,
    into example: UnsafeMutablePointer<Float>
  ) {
    likelihood.writeEstimates(of: missing, from: statistics, mostProbable: mostProbable, into: example)
  }

  /// Writes the variance of p(x|z) of one row, [D].
  func writeVariance(_ row: Int, into variance: UnsafeMutablePointer<Float>) {
    likelihood.writeVariance(row, outputs(row), into: variance)
  }

  /// Writes a sample of p(x|z) of one row, [D], drawn from `stream`.
  func writeSample(_ row: Int, stream: RandomStream, into sample: UnsafeMutablePointer<Float>) {
    likelihood.writeSample(row, outputs(row), stream: stream, into: sample)
  }

  /// The same for a row that is to be as large as an example, where counts are shares of a total.
  func writeSample(
    _ row: Int, of example: UnsafePointer<Float>, missing: MissingColumns, stream: RandomStream,
    into sample: UnsafeMutablePointer<Float>
  ) {
    likelihood.writeSample(
      row, outputs(row), of: example, missing: missing, stream: stream, into: sample)
  }
}

/// What the blocks of a query of the decoder share.
struct DecoderQuery {
  let model: VariationalAutoencoder
  let packed: [PackedMatrix]?

  init(_ model: VariationalAutoencoder, _ plan: BlockPlan) throws {
    self.model = model
    packed = plan.packs ? try model.decoder.packWeights(model.parameters.base) : nil
  }
}
