import VaelibNetworks
import VaelibNumerics

/// log p(x|z) = sum_d x_d log y_d + (1 - x_d) log (1 - y_d), y = sigmoid(outputs), from logits (AEVB, appendix C.1).
struct BernoulliLikelihood: Likelihood {
  private static var name: String { "a \(LikelihoodKind.bernoulli.rawValue) likelihood" }
  private static var alternative: String {
    "likelihood \(LikelihoodKind.continuousBernoulli.rawValue) or \(LikelihoodKind.gaussian.rawValue)"
  }

  var hasVariance: Bool { false }
  func greyWarning(of columns: String?) -> String? {
    let binarization = columns == nil ? "Set binarization dynamic, binarise the data" : "Binarise them"
    return
      "\(columns ?? "the data hold") values strictly between 0 and 1, for which \(Self.name) is no density: the bounds are comparable among "
      + "themselves only. \(binarization), or use \(Self.alternative)"
  }

  let width: Int

  init(_ columns: LikelihoodColumns, layout: inout ParameterLayout) {
    width = columns.count
  }

  var outputs: Int { width }
  var domain: ExampleDomain { .unitInterval(neededBy: Self.name, alternative: Self.alternative) }

  func makeRows(_ rows: Int, forTraining: Bool) -> any LikelihoodRows {
    LogitRows<BernoulliDensity>(width: width)
  }
}

private enum BernoulliDensity: LogitDensity {
  static func logLikelihood(
    _ logits: UnsafePointer<Float>, of example: UnsafePointer<Float>, _ width: Int
  ) -> Double {
    kernels.bernoulliLogLikelihood(logits, example, width)
  }

  static func gradient(
    _ logits: UnsafePointer<Float>, of example: UnsafePointer<Float>, weight: Float,
    into gradient: UnsafeMutablePointer<Float>, _ width: Int
  ) -> Double {
    kernels.bernoulliGradient(logits, example, gradient, weight, width)
  }

  static func mostProbable(mean: Double) -> Float { mean < 0.5 ? 0 : 1 }

  static func writeMean(
    _ logits: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>, _ width: Int
  ) {
    kernels.sigmoid(logits, mean, width)
  }

  /// y (1 - y), which the mean says already.
  static func writeVariance(
    _ logits: UnsafePointer<Float>, into variance: UnsafeMutablePointer<Float>, _ width: Int
  ) {
    writeMean(logits, into: variance, width)
    for column in 0..<width { variance[column] *= 1 - variance[column] }
  }

  static func writeSample(
    _ logits: UnsafePointer<Float>, stream: RandomStream, into sample: UnsafeMutablePointer<Float>,
    _ width: Int
  ) {
    writeMean(logits, into: sample, width)
    stream.bernoulliDraws(in: sample, count: width)
  }
}
