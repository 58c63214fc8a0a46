import VaelibNetworks
import VaelibNumerics

/// log p(x|z) = sum_d x_d log y_d + (1 - x_d) log (1 - y_d), y = sigmoid(outputs), from logits (AEVB, appendix C.1).
struct BernoulliLikelihood: Likelihood {
  private static var name: String { "a \(LikelihoodKind.bernoulli.rawValue) likelihood" }
  private static var alternative: String {
    "likelihood \(LikelihoodKind.continuousBernoulli.rawValue) or \(LikelihoodKind.gaussian.rawValue)"
  }

  static let hasVariance = false
  static var greyWarning: String? {
    "the data hold values strictly between 0 and 1, for which \(name) is no density: the bounds are comparable among "
      + "themselves only. Set binarization dynamic, binarise the data, or use \(alternative)"
  }

  let width: Int

  init(_ configuration: VAEConfiguration, layout: inout ParameterLayout) {
    width = configuration.dataDimension
  }

  var outputsPerColumn: Int { 1 }
  var domain: ExampleDomain { .unitInterval(neededBy: Self.name, alternative: Self.alternative) }

  func makeRows(_ rows: Int, forTraining: Bool) -> any LikelihoodRows { BernoulliRows(width: width) }
}

private final class BernoulliRows: LikelihoodRows {
  private let width: Int

  init(width: Int) { self.width = width }

  func begin(parameters: UnsafePointer<Float>) {}

  func logLikelihood(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>
  ) -> Double {
    kernels.bernoulliLogLikelihood(outputs, example, width)
  }

  func writeColumnTerms(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>,
    into terms: UnsafeMutablePointer<Double>
  ) {
    for column in 0..<width {
      terms[column] = kernels.bernoulliLogLikelihood(outputs + column, example + column, 1)
    }
  }

  func gradient(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>, weight: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    kernels.bernoulliGradient(outputs, example, gradient, weight, width)
  }

  func finishGradients(
    rows: Int, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>
  ) {}

  func writeMean(_ row: Int, _ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>) {
    kernels.sigmoid(outputs, mean, width)
  }

  /// y (1 - y), which the mean says already.
  func writeVariance(
    _ row: Int, _ outputs: UnsafePointer<Float>, into variance: UnsafeMutablePointer<Float>
  ) {
    writeMean(row, outputs, into: variance)
    for column in 0..<width { variance[column] *= 1 - variance[column] }
  }

  func writeSample(
    _ row: Int, _ outputs: UnsafePointer<Float>, stream: RandomStream,
    into sample: UnsafeMutablePointer<Float>
  ) {
    writeMean(row, outputs, into: sample)
    stream.bernoulliDraws(in: sample, count: width)
  }
}
