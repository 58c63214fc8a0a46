import VaelibNetworks
import VaelibNumerics

/// log p(x|z) = sum_d x_d log m_d - m_d - log x_d!, for counts whose variance is their mean.
struct PoissonLikelihood: Likelihood {
  var hasVariance: Bool { false }

  let means: CountMeans

  init(_ columns: LikelihoodColumns, layout: inout ParameterLayout) throws(NetworkError) {
    means = try CountMeans(columns, layout: &layout)
  }

  var outputs: Int { means.width }
  var inputs: InputTransform { means.inputs }
  var domain: ExampleDomain { CountMeans.domain(.poisson) }

  func makeRows(_ rows: Int, forTraining: Bool) throws(NumericsError) -> any LikelihoodRows {
    try PoissonRows(means, rows: rows)
  }
}

private final class PoissonRows: LikelihoodRows {
  let width: Int
  private let means: CountMeanRows

  init(_ means: CountMeans, rows: Int) throws(NumericsError) {
    width = means.width
    self.means = try CountMeanRows(means, rows: rows)
  }

  func begin(parameters: UnsafePointer<Float>) { means.begin(parameters: parameters) }
  func take(_ given: GivenNumbers) { means.take(given) }

  func logLikelihood(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample
  ) -> Double {
    kernels.poissonLogLikelihood(means.logMean(row, outputs, of: observed), observed.values, width)
  }

  func writeColumnTerms(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample,
    into terms: UnsafeMutablePointer<Double>
  ) {
    let example = observed.values
    let logMean = means.logMean(row, outputs, of: observed)
    for column in 0..<width {
      terms[column] = kernels.poissonLogLikelihood(logMean + column, example + column, 1)
    }
  }

  func gradient(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample, weight: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    let example = observed.values
    let value = kernels.poissonGradient(
      means.logMean(row, outputs, of: observed), example, gradient, weight, width)
    means.finish(row, outputs, gradient, missing: observed.missing)
    return value
  }

  func clearGradient(_ row: Int, column: Int, in gradient: UnsafeMutablePointer<Float>) {
    means.clear(column, in: gradient)
  }

  func writeMean(_ row: Int, _ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>) {
    means.writeMean(row, outputs, of: nil, into: mean)
  }

  func writeMean(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample,
    into mean: UnsafeMutablePointer<Float>
  ) {
    means.writeMean(row, outputs, of: observed, into: mean)
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

  func writeVariance(
    _ row: Int, _ outputs: UnsafePointer<Float>, into variance: UnsafeMutablePointer<Float>
  ) {
    means.writeMean(row, outputs, of: nil, into: variance)
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
    var draws = RandomDraws(stream)
    for column in 0..<width { sample[column] = Float(draws.poisson(mean: Double(sample[column]))) }
  }
}
