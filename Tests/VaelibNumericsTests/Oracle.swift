import Foundation

/// The formulas of the kernels, one number at a time in double precision: slow and plainly right.
enum Oracle {
  static func exponential(_ x: Double) -> Double { exp(x) }
  static func sigmoid(_ x: Double) -> Double { x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x)) }
  static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
  static func relu(_ x: Double) -> Double { max(x, 0) }
  static func leakyRelu(_ x: Double) -> Double { x > 0 ? x : 0.01 * x }
  static func elu(_ x: Double) -> Double { x > 0 ? x : expm1(x) }
  static func silu(_ x: Double) -> Double { x * sigmoid(x) }
  static func normalCDF(_ x: Double) -> Double { 0.5 * erfc(-x * 0.5.squareRoot()) }
  static func normalDensity(_ x: Double) -> Double { exp(-0.5 * x * x) / (2 * Double.pi).squareRoot() }
  static func gelu(_ x: Double) -> Double { x * normalCDF(x) }

  static func siluDerivative(_ x: Double) -> Double { sigmoid(x) * (1 + x * sigmoid(-x)) }
  static func geluDerivative(_ x: Double) -> Double { normalCDF(x) + x * normalDensity(x) }

  static func bernoulli(logit: Double, _ x: Double) -> Double { x * logit - softplus(logit) }
  static func gaussian(mean: Double, logVariance: Double, _ x: Double) -> Double {
    -0.5 * log(2 * Double.pi) - 0.5 * logVariance - 0.5 * (x - mean) * (x - mean) * exp(-logVariance)
  }
  static func laplace(mean: Double, logVariance: Double, _ x: Double) -> Double {
    let scale = exp(logVariance / 2) / 2.0.squareRoot()
    return -log(2 * scale) - abs(x - mean) / scale
  }
  /// All of it, the part that depends on the degrees of freedom alone included.
  static func studentT(location: Double, logSquaredScale: Double, degrees: Double, _ x: Double) -> Double {
    let square = (x - location) * (x - location) * exp(-logSquaredScale)
    return lgamma((degrees + 1) / 2) - lgamma(degrees / 2)
      - 0.5 * (log(degrees * Double.pi) + logSquaredScale) - (degrees + 1) / 2 * log1p(square / degrees)
  }
  /// The slope of `value` at `x`, by a central difference.
  static func slope(at x: Double, step: Double = 1e-5, _ value: (Double) -> Double) -> Double {
    (value(x + step) - value(x - step)) / (2 * step)
  }
  static func bound(_ raw: Double, _ lower: Double, _ upper: Double) -> Double {
    upper - softplus(upper - (lower + softplus(raw - lower)))
  }
  static func boundDerivative(_ raw: Double, _ lower: Double, _ upper: Double) -> Double {
    sigmoid(upper - (lower + softplus(raw - lower))) * sigmoid(raw - lower)
  }
}
