/// Log-likelihoods of counts in nats, all constants included, and the gradients of weight times their negatives.
public protocol CountKernels: Sendable {
  /// x = logTotal + x - log(sum(exp(x))): logarithms of shares of a total. `highest` is the greatest x.
  static func logShares(_ x: MutableFloats, _ highest: Float, _ logTotal: Float, _ count: Int)
  /// gradient -= sum(gradient) exp(x - logTotal): that at logarithms of shares x becomes that at what they were made of.
  static func logSharesBackward(_ gradient: MutableFloats, _ x: Floats, _ logTotal: Float, _ count: Int)
  /// Returns sum(x).
  static func total(_ x: Floats, _ count: Int) -> Double
  /// Returns sum(x l - exp(l) - log x!), l = logMean.
  static func poissonLogLikelihood(_ logMean: Floats, _ x: Floats, _ count: Int) -> Double
  /// Returns the same sum; gradient = weight (exp(l) - x).
  static func poissonGradient(
    _ logMean: Floats, _ x: Floats, _ gradient: MutableFloats, _ weight: Float, _ count: Int
  ) -> Double
  /// Returns sum(log(Gamma(x + d) / (Gamma(d) x!)) + d log(d / (d + m)) + x log(m / (d + m))) with m = exp(logMean) and d =
  /// exp(logDispersion).
  static func negativeBinomialLogLikelihood(
    _ logMean: Floats, _ logDispersion: Floats, _ x: Floats, _ count: Int
  ) -> Double
  /// Returns the same sum; the gradients are those at log m and at log d.
  static func negativeBinomialGradient(
    _ logMean: Floats, _ logDispersion: Floats, _ x: Floats, _ meanGradient: MutableFloats,
    _ dispersionGradient: MutableFloats, _ weight: Float, _ count: Int
  ) -> Double
  /// Returns the sum of log((1 - p) q(x) + p [x = 0]), with the negative binomial q and p = 1 / (1 + exp(-zeroLogit)).
  static func zeroInflatedLogLikelihood(
    _ logMean: Floats, _ logDispersion: Floats, _ zeroLogits: Floats, _ x: Floats, _ count: Int
  ) -> Double
  /// Returns the same sum; the gradients are those at log m, at log d and at the logits.
  static func zeroInflatedGradient(
    _ logMean: Floats, _ logDispersion: Floats, _ zeroLogits: Floats, _ x: Floats,
    _ meanGradient: MutableFloats, _ dispersionGradient: MutableFloats, _ zeroGradient: MutableFloats,
    _ weight: Float, _ count: Int
  ) -> Double
}
