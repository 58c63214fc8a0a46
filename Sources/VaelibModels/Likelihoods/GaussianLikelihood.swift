import Glibc
import VaelibNetworks
import VaelibNumerics

/// log p(x|z) = sum_d -1/2 log(2 pi s_d^2) - (x_d - mu_d)^2 / (2 s_d^2) (AEVB, appendix C.2). The mean is the decoder's
/// output or its sigmoid; log-variances are fixed, learned, or the decoder's second outputs, held softly within bounds.
struct GaussianLikelihood: Likelihood {
  static var hasVariance: Bool { true }
  static var greyWarning: String? { nil }
  /// Above it a variance would overflow before anything useful is learned.
  static let logVarianceUpperBound: Float = 20

  let width: Int
  let variance: VarianceKind
  let meanActivation: MeanActivation
  /// Of a fixed variance.
  let fixedLogVariance: Float
  let logVarianceLowerBound: Float
  /// The raw log-variance of each column, if it is learned.
  let logVarianceTensor: ParameterTensor?

  init(_ configuration: VAEConfiguration, layout: inout ParameterLayout) throws(NetworkError) {
    width = configuration.dataDimension
    variance = configuration.variance
    meanActivation = configuration.meanActivation
    fixedLogVariance = Float(2 * log(configuration.noiseStddev))
    logVarianceLowerBound = Float(2 * log(configuration.stddevFloor))
    switch configuration.variance {
    case .learned:
      logVarianceTensor = try layout.append("decoder/log_variance", rows: 1, columns: width)
    case .fixed, .predicted: logVarianceTensor = nil
    }
  }

  var outputsPerColumn: Int { variance == .predicted ? 2 : 1 }
  var domain: ExampleDomain { .real }

  func makeRows(_ rows: Int, forTraining: Bool) throws(NumericsError) -> any LikelihoodRows {
    try GaussianRows(self, rows: rows, forTraining: forTraining)
  }
}

private final class GaussianRows: LikelihoodRows {
  private let likelihood: GaussianLikelihood
  private let width: Int
  /// Means, where they are not the decoder's outputs themselves, [rows, D].
  private let means: FloatBuffer?
  /// Bounded log-variances: [rows, D] if predicted, else one row for all.
  private let logVariances: FloatBuffer
  /// Gradients at a learned log-variance, [rows, D], or room for those of a fixed one that nobody needs.
  private let logVarianceGradients: FloatBuffer?

  init(_ likelihood: GaussianLikelihood, rows: Int, forTraining: Bool) throws(NumericsError) {
    self.likelihood = likelihood
    width = likelihood.width
    let isPredicted = likelihood.variance == .predicted
    means =
      likelihood.meanActivation == .sigmoid ? try FloatBuffer(rows: rows, columns: width) : nil
    logVariances = try FloatBuffer(rows: isPredicted ? rows : 1, columns: width)
    logVarianceGradients =
      forTraining && !isPredicted ? try FloatBuffer(rows: rows, columns: width) : nil
  }

  func begin(parameters: UnsafePointer<Float>) {
    switch likelihood.variance {
    case .fixed: logVariances.base.update(repeating: likelihood.fixedLogVariance, count: width)
    case .learned:
      if let tensor = likelihood.logVarianceTensor {
        bound(parameters + tensor.offset, into: logVariances.base)
      }
    case .predicted: break
    }
  }

  private func bound(_ raw: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
    kernels.boundLogVariance(
      raw, out, likelihood.logVarianceLowerBound, GaussianLikelihood.logVarianceUpperBound, width)
  }

  private func boundBackward(_ gradient: UnsafeMutablePointer<Float>, _ raw: UnsafePointer<Float>) {
    kernels.boundLogVarianceBackward(
      gradient, raw, likelihood.logVarianceLowerBound, GaussianLikelihood.logVarianceUpperBound, width)
  }

  private func mean(_ row: Int, _ outputs: UnsafePointer<Float>) -> UnsafePointer<Float> {
    guard let means else { return outputs }
    let mean = means.base + row * width
    kernels.sigmoid(outputs, mean, width)
    return UnsafePointer(mean)
  }

  private func logVariance(_ row: Int, _ outputs: UnsafePointer<Float>) -> UnsafePointer<Float> {
    guard likelihood.variance == .predicted else { return UnsafePointer(logVariances.base) }
    let logVariance = logVariances.base + row * width
    bound(outputs + width, into: logVariance)
    return UnsafePointer(logVariance)
  }

  func logLikelihood(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>
  ) -> Double {
    kernels.gaussianLogLikelihood(mean(row, outputs), logVariance(row, outputs), example, width)
  }

  func gradient(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>, weight: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    let mean = mean(row, outputs)
    let logVarianceGradient = logVarianceGradients.map { $0.base + row * width } ?? gradient + width
    let value = kernels.gaussianGradient(
      mean, logVariance(row, outputs), example, gradient, logVarianceGradient, weight, width)
    if means != nil { kernels.sigmoidBackward(gradient, mean, width) }
    if likelihood.variance == .predicted { boundBackward(logVarianceGradient, outputs + width) }
    return value
  }

  func finishGradients(
    rows: Int, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>
  ) {
    guard let tensor = likelihood.logVarianceTensor, let rowGradients = logVarianceGradients else { return }
    let gradient = gradients + tensor.offset
    gradient.update(repeating: 0, count: width)
    for row in 0..<rows { kernels.addTo(gradient, rowGradients.base + row * width, width) }
    boundBackward(gradient, parameters + tensor.offset)
  }

  func writeMean(_ row: Int, _ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>) {
    switch likelihood.meanActivation {
    case .identity: mean.update(from: outputs, count: width)
    case .sigmoid: kernels.sigmoid(outputs, mean, width)
    }
  }

  func writeVariance(
    _ row: Int, _ outputs: UnsafePointer<Float>, into variance: UnsafeMutablePointer<Float>
  ) {
    kernels.exponential(logVariance(row, outputs), variance, 1, width)
  }

  func writeSample(
    _ row: Int, _ outputs: UnsafePointer<Float>, stream: RandomStream,
    into sample: UnsafeMutablePointer<Float>
  ) {
    writeMean(row, outputs, into: sample)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * width) { scratch in
      guard let deviation = scratch.baseAddress else { return }
      let noise = deviation + width
      kernels.exponential(logVariance(row, outputs), deviation, 0.5, width)
      stream.normals(into: noise, count: width)
      for column in 0..<width { sample[column] += deviation[column] * noise[column] }
    }
  }
}
