/// Log-likelihoods log p(x|z) in nats, losses of reconstructions, and their gradients.
public protocol LikelihoodKernels: Sendable {
  /// Returns sum(x l - log(1 + exp(l))), stable for any logit l.
  static func bernoulliLogLikelihood(_ logits: Floats, _ x: Floats, _ count: Int) -> Double
  /// Returns the same sum; gradient = weight (sigmoid(l) - x), that of weight times the negative log-likelihood.
  static func bernoulliGradient(
    _ logits: Floats, _ x: Floats, _ gradient: MutableFloats, _ weight: Float, _ count: Int
  ) -> Double
  /// Returns the sum of emphasis (softplus(l) - x l) over logits l; gradient = weight emphasis (sigmoid(l) - x).
  static func crossEntropyGradient(
    _ logits: Floats, _ x: Floats, _ emphasis: Floats, _ gradient: MutableFloats, _ weight: Float,
    _ count: Int
  ) -> Double
  /// Returns the sum of emphasis (r - x)^2 / 2 over outputs r; gradient = weight emphasis (r - x).
  static func squaredErrorGradient(
    _ output: Floats, _ x: Floats, _ emphasis: Floats, _ gradient: MutableFloats, _ weight: Float,
    _ count: Int
  ) -> Double
  /// Returns sum(-1/2 log(2 pi) - v/2 - (x - mean)^2 exp(-v) / 2), v = logVariance.
  static func gaussianLogLikelihood(
    _ mean: Floats, _ logVariance: Floats, _ x: Floats, _ count: Int
  ) -> Double
  /// Returns the same sum; meanGradient = weight (mean - x) exp(-v) and logVarianceGradient = weight (1 - (x -
  /// mean)^2 exp(-v)) / 2, those of weight times the negative log-likelihood.
  static func gaussianGradient(
    _ mean: Floats, _ logVariance: Floats, _ x: Floats, _ meanGradient: MutableFloats,
    _ logVarianceGradient: MutableFloats, _ weight: Float, _ count: Int
  ) -> Double
  /// Returns sum(-1/2 log 2 - v/2 - sqrt(2) |x - mean| exp(-v/2)), v = logVariance.
  static func laplaceLogLikelihood(
    _ mean: Floats, _ logVariance: Floats, _ x: Floats, _ count: Int
  ) -> Double
  /// Returns the same sum; meanGradient = weight sqrt(2) sign(mean - x) exp(-v/2) and logVarianceGradient = weight (1 -
  /// sqrt(2) |x - mean| exp(-v/2)) / 2, those of weight times the negative log-likelihood.
  static func laplaceGradient(
    _ mean: Floats, _ logVariance: Floats, _ x: Floats, _ meanGradient: MutableFloats,
    _ logVarianceGradient: MutableFloats, _ weight: Float, _ count: Int
  ) -> Double
  /// Returns sum(-v/2 - (n + 1)/2 log(1 + q/n)), q = (x - location)^2 exp(-v), v = logSquaredScale, n = degrees: the part
  /// of a Student t density that depends on more than n.
  static func studentTLogLikelihood(
    _ location: Floats, _ logSquaredScale: Floats, _ degrees: Floats, _ x: Floats, _ count: Int
  ) -> Double
  /// Returns the same sum; the gradients are those of weight times its negative: locationGradient = weight (n + 1)/(n +
  /// q) (location - x) exp(-v), scaleGradient = weight (1 - (n + 1) q/(n + q)) / 2 at v, and degreesGradient = weight
  /// (log(1 + q/n) - (n + 1)/n q/(n + q)) / 2.
  static func studentTGradient(
    _ location: Floats, _ logSquaredScale: Floats, _ degrees: Floats, _ x: Floats,
    _ locationGradient: MutableFloats, _ scaleGradient: MutableFloats, _ degreesGradient: MutableFloats,
    _ weight: Float, _ count: Int
  ) -> Double
}
