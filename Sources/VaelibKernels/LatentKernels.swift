/// Latent variables: q(z|x) = N(mean, exp(logVariance)).
public protocol LatentKernels: Sendable {
  /// z = mean + exp(logVariance / 2) noise.
  static func sampleLatent(
    _ mean: Floats, _ logVariance: Floats, _ noise: Floats, _ z: MutableFloats, _ count: Int)
  /// Returns KL(q || N(0, I)) = -1/2 sum(1 + v - mean^2 - exp(v)), v = logVariance, in nats (AEVB, appendix B).
  static func klDivergence(_ mean: Floats, _ logVariance: Floats, _ count: Int) -> Double
  /// Through z = mean + exp(v / 2) noise, adding: meanGradient += zGradient, logVarianceGradient += zGradient
  /// exp(v / 2) noise / 2.
  static func latentGradient(
    _ zGradient: Floats, _ noise: Floats, _ logVariance: Floats, _ meanGradient: MutableFloats,
    _ logVarianceGradient: MutableFloats, _ count: Int)
  /// Of weight times klDivergence, overwriting: meanGradient = weight mean, logVarianceGradient = weight (exp(v) -
  /// 1) / 2.
  static func klGradient(
    _ mean: Floats, _ logVariance: Floats, _ meanGradient: MutableFloats,
    _ logVarianceGradient: MutableFloats, _ weight: Float, _ count: Int)
}
