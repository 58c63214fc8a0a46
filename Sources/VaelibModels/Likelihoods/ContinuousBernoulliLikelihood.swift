import Glibc
import VaelibNetworks
import VaelibNumerics

/// log p(x|z) = sum_d x_d l_d - log((exp(l_d) - 1) / l_d) from logits l, for numbers in [0, 1]: what a Bernoulli likelihood
/// says of them, made a density (Loaiza-Ganem & Cunningham 2019).
struct ContinuousBernoulliLikelihood: Likelihood {
  var hasVariance: Bool { false }

  let width: Int

  init(_ columns: LikelihoodColumns, layout: inout ParameterLayout) {
    width = columns.count
  }

  var outputs: Int { width }
  var domain: ExampleDomain {
    .unitInterval(
      neededBy: "likelihood \(LikelihoodKind.continuousBernoulli.rawValue)",
      alternative: "likelihood \(LikelihoodKind.gaussian.rawValue)")
  }

  func makeRows(_ rows: Int, forTraining: Bool) -> any LikelihoodRows {
    ContinuousBernoulliRows(width: width)
  }
}

private final class ContinuousBernoulliRows: LikelihoodRows {
  private let width: Int

  init(width: Int) { self.width = width }

  func begin(parameters: UnsafePointer<Float>) {}

  func logLikelihood(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>
  ) -> Double {
    kernels.continuousBernoulliLogLikelihood(outputs, example, width)
  }

  func writeColumnTerms(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>,
    into terms: UnsafeMutablePointer<Double>
  ) {
    for column in 0..<width {
      terms[column] = kernels.continuousBernoulliLogLikelihood(outputs + column, example + column, 1)
    }
  }

  func gradient(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>, weight: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    kernels.continuousBernoulliGradient(outputs, example, gradient, weight, width)
  }

  func finishGradients(
    rows: Int, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>
  ) {}

  func writeMean(_ row: Int, _ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>) {
    kernels.continuousBernoulliMean(outputs, mean, width)
  }

  /// 1 / l^2 - 1 / (4 sinh(l / 2)^2), which is 1/12 at 0.
  func writeVariance(
    _ row: Int, _ outputs: UnsafePointer<Float>, into variance: UnsafeMutablePointer<Float>
  ) {
    for column in 0..<width {
      let l = abs(Double(outputs[column]))
      let half = sinh(l / 2)
      variance[column] = Float(l < 1e-2 ? 1 / 12.0 - l * l / 240 : 1 / (l * l) - 1 / (4 * half * half))
    }
  }

  /// By the inverse of the distribution function: log(1 + u (exp(l) - 1)) / l.
  func writeSample(
    _ row: Int, _ outputs: UnsafePointer<Float>, stream: RandomStream,
    into sample: UnsafeMutablePointer<Float>
  ) {
    var draws = RandomDraws(stream)
    for column in 0..<width {
      let (l, u) = (Double(outputs[column]), draws.uniform())
      // Of a negative logit, so that no power overflows; the others are its mirror images.
      let a = -abs(l)
      let x = a > -1e-6 ? u : log1p(u * expm1(a)) / a
      sample[column] = Float(l > 0 ? 1 - x : x)
    }
  }
}
