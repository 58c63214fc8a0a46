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
    LogitRows<ContinuousBernoulliDensity>(width: width)
  }
}

private enum ContinuousBernoulliDensity: LogitDensity {
  static func logLikelihood(
    _ logits: UnsafePointer<Float>, of example: UnsafePointer<Float>, _ width: Int
  ) -> Double {
    kernels.continuousBernoulliLogLikelihood(logits, example, width)
  }

  static func gradient(
    _ logits: UnsafePointer<Float>, of example: UnsafePointer<Float>, weight: Float,
    into gradient: UnsafeMutablePointer<Float>, _ width: Int
  ) -> Double {
    kernels.continuousBernoulliGradient(logits, example, gradient, weight, width)
  }

  static func writeMean(
    _ logits: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>, _ width: Int
  ) {
    kernels.continuousBernoulliMean(logits, mean, width)
  }

  /// 1 / l^2 - 1 / (4 sinh(l / 2)^2), which is 1/12 at 0.
  static func writeVariance(
    _ logits: UnsafePointer<Float>, into variance: UnsafeMutablePointer<Float>, _ width: Int
  ) {
    for column in 0..<width {
      let l = abs(Double(logits[column]))
      let half = sinh(l / 2)
      variance[column] = Float(l < 1e-2 ? 1 / 12.0 - l * l / 240 : 1 / (l * l) - 1 / (4 * half * half))
    }
  }

  /// By the inverse of the distribution function: log(1 + u (exp(l) - 1)) / l.
  static func writeSample(
    _ logits: UnsafePointer<Float>, stream: RandomStream, into sample: UnsafeMutablePointer<Float>,
    _ width: Int
  ) {
    var draws = RandomDraws(stream)
    for column in 0..<width {
      let (l, u) = (Double(logits[column]), draws.uniform())
      // Of a negative logit, so that no power overflows; the others are its mirror images.
      let a = -abs(l)
      let x = a > -1e-6 ? u : log1p(u * expm1(a)) / a
      sample[column] = Float(l > 0 ? 1 - x : x)
    }
  }
}
