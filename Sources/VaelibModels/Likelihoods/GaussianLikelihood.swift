import Glibc
import VaelibNetworks
import VaelibNumerics

/// log p(x|z) = sum_d -1/2 log(2 pi s_d^2) - (x_d - mu_d)^2 / (2 s_d^2) (AEVB, appendix C.2). The mean is the decoder's
/// output or its sigmoid; log-variances are fixed, learned, or the decoder's second outputs, held softly within bounds.
struct GaussianLikelihood: Likelihood {
  static let hasVariance = true
  static var greyWarning: String? { nil }
  /// Above it a variance would overflow before anything useful is learned.
  static let logVarianceUpperBound: Float = 20
  /// How many times as fast as the networks a learned log-variance learns. It has a long way to go: Adam moves a parameter
  /// by about the learning rate a step, and a deviation of a hundredth means a log-variance of -9.
  private static let logVariancePace = 10.0

  let width: Int
  let variance: VarianceKind
  let meanActivation: MeanActivation
  /// Of a fixed variance.
  let fixedLogVariance: Float
  let stddevFloor: Double
  /// The raw log-variance of each column, if it is learned.
  let logVarianceTensor: ParameterTensor?
  let standardization: Standardization?

  init(_ configuration: VAEConfiguration, layout: inout ParameterLayout) throws(NetworkError) {
    width = configuration.dataDimension
    variance = configuration.variance
    meanActivation = configuration.meanActivation
    fixedLogVariance = Float(2 * log(configuration.noiseStddev))
    stddevFloor = configuration.stddevFloor
    switch configuration.variance {
    case .learned:
      logVarianceTensor = try layout.append("decoder/log_variance", rows: 1, columns: width)
    case .fixed, .predicted: logVarianceTensor = nil
    }
    // A mean through a sigmoid stays within [0, 1], so there the columns stay as they are.
    let standardizes = configuration.standardize == 1 && configuration.meanActivation == .identity
    standardization =
      standardizes ? try Standardization(columns: width, stddevFloor: stddevFloor, layout: &layout) : nil
  }

  var learned: [Optimizer.Pace] {
    logVarianceTensor.map { [Optimizer.Pace(range: $0.range, factor: Self.logVariancePace)] } ?? []
  }

  var outputsPerColumn: Int { variance == .predicted ? 2 : 1 }
  var domain: ExampleDomain { .real }

  func makeRows(_ rows: Int, forTraining: Bool) throws(NumericsError) -> any LikelihoodRows {
    try GaussianRows(self, rows: rows, forTraining: forTraining)
  }
}
