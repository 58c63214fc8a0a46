/// Log-densities of numbers between 0 and 1 in nats, all constants included, and the gradients of weight times their
/// negatives.
public protocol UnitIntervalKernels: Sendable {
  /// Returns sum(x l - log((exp(l) - 1) / l)), stable for any logit l (Loaiza-Ganem & Cunningham 2019).
  static func continuousBernoulliLogLikelihood(_ logits: Floats, _ x: Floats, _ count: Int) -> Double
  /// Returns the same sum; gradient = weight (mean(l) - x).
  static func continuousBernoulliGradient(
    _ logits: Floats, _ x: Floats, _ gradient: MutableFloats, _ weight: Float, _ count: Int
  ) -> Double
  /// mean = 1 / (1 - exp(-l)) - 1 / l.
  static func continuousBernoulliMean(_ logits: Floats, _ mean: MutableFloats, _ count: Int)
  /// Returns the sum of log Beta(x; k m, k (1 - m)) for 0 < x < 1, with m = 1 / (1 + exp(-meanLogit)) and k =
  /// exp(logConcentration).
  static func betaLogLikelihood(
    _ meanLogits: Floats, _ logConcentration: Floats, _ x: Floats, _ count: Int
  ) -> Double
  /// Returns the same sum; the gradients are those at the logits and at log k.
  static func betaGradient(
    _ meanLogits: Floats, _ logConcentration: Floats, _ x: Floats, _ meanGradient: MutableFloats,
    _ concentrationGradient: MutableFloats, _ weight: Float, _ count: Int
  ) -> Double
}
