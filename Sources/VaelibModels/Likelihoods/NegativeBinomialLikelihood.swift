import Glibc
import VaelibNetworks
import VaelibNumerics

/// log p(x|z) of counts of mean m_d and dispersion r_d, whose variance is m_d + m_d^2 / r_d: Poisson draws of means that are
/// Gamma-distributed themselves. With added zeros, 0 has the probability p_d beside that, which the decoder puts out
/// (Lopez et al. 2018).
struct NegativeBinomialLikelihood: Likelihood {
  var hasVariance: Bool { true }

  let means: CountMeans
  let dispersion: ShapeParameter
  let hasAddedZeros: Bool

  static func check(_ options: LikelihoodOptions) throws(ModelError) {
    try ShapeParameter.check(options, .negativeBinomial)
  }

  init(_ columns: LikelihoodColumns, layout: inout ParameterLayout) throws(NetworkError) {
    try self.init(columns, hasAddedZeros: false, layout: &layout)
  }

  init(
    _ columns: LikelihoodColumns, hasAddedZeros: Bool, layout: inout ParameterLayout
  ) throws(NetworkError) {
    self.hasAddedZeros = hasAddedZeros
    means = try CountMeans(columns, layout: &layout)
    dispersion = try ShapeParameter(
      "decoder/log_dispersion", columns, lower: -7, upper: 12, layout: &layout)
  }

  var outputs: Int { means.width * (1 + dispersion.outputsPerColumn + (hasAddedZeros ? 1 : 0)) }
  var learned: [Optimizer.Pace] { dispersion.learned }
  var inputs: InputTransform { means.inputs }
  var domain: ExampleDomain {
    CountMeans.domain(hasAddedZeros ? .zeroInflatedNegativeBinomial : .negativeBinomial)
  }

  func makeRows(_ rows: Int, forTraining: Bool) throws(NumericsError) -> any LikelihoodRows {
    try NegativeBinomialRows(self, rows: rows, forTraining: forTraining)
  }
}

/// The same with added zeros.
struct ZeroInflatedNegativeBinomialLikelihood: Likelihood {
  var hasVariance: Bool { true }

  private let counts: NegativeBinomialLikelihood

  static func check(_ options: LikelihoodOptions) throws(ModelError) {
    try ShapeParameter.check(options, .zeroInflatedNegativeBinomial)
  }

  init(_ columns: LikelihoodColumns, layout: inout ParameterLayout) throws(NetworkError) {
    counts = try NegativeBinomialLikelihood(columns, hasAddedZeros: true, layout: &layout)
  }

  var outputs: Int { counts.outputs }
  var learned: [Optimizer.Pace] { counts.learned }
  var inputs: InputTransform { counts.inputs }
  var domain: ExampleDomain { counts.domain }

  func makeRows(_ rows: Int, forTraining: Bool) throws(NumericsError) -> any LikelihoodRows {
    try counts.makeRows(rows, forTraining: forTraining)
  }
}

/// Outputs are log m, then log r where it is predicted, then the logits of added zeros where there are any, D of each.
private final class NegativeBinomialRows: LikelihoodRows {
  let width: Int
  private let means: CountMeanRows
  private let dispersions: ShapeRows
  /// Where the logits of added zeros begin.
  private let zeros: Int?

  init(_ likelihood: NegativeBinomialLikelihood, rows: Int, forTraining: Bool) throws(NumericsError) {
    width = likelihood.means.width
    means = try CountMeanRows(likelihood.means, rows: rows)
    dispersions = try ShapeRows(likelihood.dispersion, rows: rows, forTraining: forTraining)
    zeros = likelihood.hasAddedZeros ? likelihood.outputs - likelihood.means.width : nil
  }

  func begin(parameters: UnsafePointer<Float>) {
    means.begin(parameters: parameters)
    dispersions.begin(parameters: parameters)
  }

  func take(_ given: GivenNumbers) {
    means.take(given)
    dispersions.take(given)
  }

  func logLikelihood(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample
  ) -> Double {
    let example = observed.values
    let logMean = means.logMean(row, outputs, of: observed)
    let logDispersion = dispersions.logarithm(row, outputs + width)
    guard let zeros else {
      return kernels.negativeBinomialLogLikelihood(logMean, logDispersion, example, width)
    }
    return kernels.zeroInflatedLogLikelihood(logMean, logDispersion, outputs + zeros, example, width)
  }

  func writeColumnTerms(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample,
    into terms: UnsafeMutablePointer<Double>
  ) {
    let example = observed.values
    let logMean = means.logMean(row, outputs, of: observed)
    let logDispersion = dispersions.logarithm(row, outputs + width)
    for column in 0..<width {
      let (m, d, x) = (logMean + column, logDispersion + column, example + column)
      terms[column] =
        zeros.map { kernels.zeroInflatedLogLikelihood(m, d, outputs + $0 + column, x, 1) }
        ?? kernels.negativeBinomialLogLikelihood(m, d, x, 1)
    }
  }

  func gradient(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample, weight: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    let example = observed.values
    let logMean = means.logMean(row, outputs, of: observed)
    let logDispersion = dispersions.logarithm(row, outputs + width)
    let dispersionGradient = dispersions.gradient(row, gradient + width)
    let value: Double
    if let zeros {
      value = kernels.zeroInflatedGradient(
        logMean, logDispersion, outputs + zeros, example, gradient, dispersionGradient, gradient + zeros,
        weight, width)
    } else {
      value = kernels.negativeBinomialGradient(
        logMean, logDispersion, example, gradient, dispersionGradient, weight, width)
    }
    means.finish(row, outputs, gradient, missing: observed.missing)
    dispersions.finish(row, gradient + width, outputs + width)
    return value
  }

  func clearGradient(_ row: Int, column: Int, in gradient: UnsafeMutablePointer<Float>) {
    means.clear(column, in: gradient)
    dispersions.gradient(row, gradient + width)[column] = 0
    if let zeros { gradient[zeros + column] = 0 }
  }

  func finishGradients(
    rows: Int, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>
  ) {
    dispersions.finishGradients(rows: rows, parameters: parameters, gradients: gradients)
  }

  /// The probability of an added zero.
  private func addedZero(_ outputs: UnsafePointer<Float>, _ column: Int) -> Double {
    zeros.map { 1 / (1 + exp(-Double(outputs[$0 + column]))) } ?? 0
  }

  /// 1 less that, where the difference may be beyond the precision of numbers near 1.
  private func notAddedZero(_ outputs: UnsafePointer<Float>, _ column: Int) -> Double {
    zeros.map { 1 / (1 + exp(Double(outputs[$0 + column]))) } ?? 1
  }

  func writeMean(_ row: Int, _ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>) {
    means.writeMean(row, outputs, of: nil, into: mean)
    leaveOutZeros(outputs, of: mean)
  }

  func writeMean(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample,
    into mean: UnsafeMutablePointer<Float>
  ) {
    means.writeMean(row, outputs, of: observed, into: mean)
    leaveOutZeros(outputs, of: mean)
  }

  /// (1 - p) m.
  private func leaveOutZeros(_ outputs: UnsafePointer<Float>, of mean: UnsafeMutablePointer<Float>) {
    if zeros == nil { return }
    for column in 0..<width { mean[column] *= Float(notAddedZero(outputs, column)) }
  }

  func writeStatistics(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample,
    into statistics: UnsafeMutablePointer<Float>
  ) {
    writeMean(row, outputs, of: observed, into: statistics)
  }

  func estimate(_ column: Int, from statistics: UnsafePointer<Double>, mostProbable: Bool) -> Float {
    CountMeanRows.estimate(mean: statistics[column], isWhole: mostProbable)
  }

  /// (1 - p) (m + m^2 / r + p m^2).
  func writeVariance(
    _ row: Int, _ outputs: UnsafePointer<Float>, into variance: UnsafeMutablePointer<Float>
  ) {
    means.writeMean(row, outputs, of: nil, into: variance)
    let logDispersion = dispersions.logarithm(row, outputs + width)
    for column in 0..<width {
      let (m, p) = (Double(variance[column]), addedZero(outputs, column))
      let squares = m * m * (exp(-Double(logDispersion[column])) + p)
      variance[column] = Float(notAddedZero(outputs, column) * (m + squares))
    }
  }

  func writeSample(
    _ row: Int, _ outputs: UnsafePointer<Float>, stream: RandomStream,
    into sample: UnsafeMutablePointer<Float>
  ) {
    means.writeMean(row, outputs, of: nil, into: sample)
    draw(row, outputs, stream: stream, around: sample)
  }

  func writeSample(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample, stream: RandomStream,
    into sample: UnsafeMutablePointer<Float>
  ) {
    means.writeMean(row, outputs, of: observed, into: sample)
    draw(row, outputs, stream: stream, around: sample)
  }

  /// Draws counts of these means, in place.
  private func draw(
    _ row: Int, _ outputs: UnsafePointer<Float>, stream: RandomStream,
    around sample: UnsafeMutablePointer<Float>
  ) {
    let logDispersion = dispersions.logarithm(row, outputs + width)
    var draws = RandomDraws(stream)
    for column in 0..<width {
      let dispersion = exp(Double(logDispersion[column]))
      let mean = Double(sample[column]) * draws.gamma(shape: dispersion) / dispersion
      let isAdded = zeros != nil && draws.uniform() < addedZero(outputs, column)
      sample[column] = isAdded ? 0 : Float(draws.poisson(mean: mean))
    }
  }
}
