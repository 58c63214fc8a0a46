/// Plain arithmetic, element by element.
public protocol ElementKernels: Sendable {
  /// out = exp(factor x).
  static func exponential(_ x: Floats, _ out: MutableFloats, _ factor: Float, _ count: Int)
  /// out = log(x) for x > 0 and no denormal; in place or not.
  static func logarithm(_ x: Floats, _ out: MutableFloats, _ count: Int)
  /// out = log(1 + x) for x > -1; in place or not.
  static func logarithmOfOnePlus(_ x: Floats, _ out: MutableFloats, _ count: Int)
  /// out = 1 / (1 + exp(-x)).
  static func sigmoid(_ x: Floats, _ out: MutableFloats, _ count: Int)
  /// y += x.
  static func addTo(_ y: MutableFloats, _ x: Floats, _ count: Int)
  /// values = (values - mean) inverse, with the inverse of a deviation.
  static func standardize(_ values: MutableFloats, _ mean: Floats, _ inverse: Floats, _ count: Int)
  /// values = values deviation + mean.
  static func restore(_ values: MutableFloats, _ mean: Floats, _ deviation: Floats, _ count: Int)
  /// values *= factor.
  static func scale(_ values: MutableFloats, _ factor: Float, _ count: Int)
  /// A clamp without corners: t = lower + softplus(raw - lower), out = upper - softplus(upper - t)
  /// (Chua et al. 2018, "Deep reinforcement learning in a handful of trials", appendix A.1).
  static func softClamp(
    _ raw: Floats, _ out: MutableFloats, _ lower: Float, _ upper: Float, _ count: Int)
  /// gradient *= sigmoid(upper - t) sigmoid(raw - lower), in place.
  static func softClampBackward(
    _ gradient: MutableFloats, _ raw: Floats, _ lower: Float, _ upper: Float, _ count: Int)
}
