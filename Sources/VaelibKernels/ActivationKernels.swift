/// Activation functions of a layer and their derivatives.
public protocol ActivationKernels: Sendable {
  // MARK: Forward, in place: values = A(values + bias)

  /// values += bias.
  static func addBias(_ values: MutableFloats, _ bias: Floats, _ count: Int)
  /// values = 1 / (1 + exp(-(values + bias))).
  static func biasSigmoid(_ values: MutableFloats, _ bias: Floats, _ count: Int)
  /// values = tanh(values + bias).
  static func biasTanh(_ values: MutableFloats, _ bias: Floats, _ count: Int)
  /// values = max(0, values + bias).
  static func biasRelu(_ values: MutableFloats, _ bias: Floats, _ count: Int)
  /// values = u where u = values + bias is positive, 0.01 u elsewhere.
  static func biasLeakyRelu(_ values: MutableFloats, _ bias: Floats, _ count: Int)
  /// values = u where u = values + bias is positive, exp(u) - 1 elsewhere.
  static func biasElu(_ values: MutableFloats, _ bias: Floats, _ count: Int)
  /// values = log(1 + exp(values + bias)).
  static func biasSoftplus(_ values: MutableFloats, _ bias: Floats, _ count: Int)

  // MARK: Forward, from pre-activations

  /// out = x / (1 + exp(-x)).
  static func silu(_ x: Floats, _ out: MutableFloats, _ count: Int)
  /// out = x Phi(x), Phi the distribution function of N(0, 1) (the exact form, not the tanh approximation).
  static func gelu(_ x: Floats, _ out: MutableFloats, _ count: Int)

  // MARK: Backward, in place: gradient *= A', from the saved output y

  /// gradient *= y (1 - y).
  static func sigmoidBackward(_ gradient: MutableFloats, _ y: Floats, _ count: Int)
  /// gradient *= 1 - y^2.
  static func tanhBackward(_ gradient: MutableFloats, _ y: Floats, _ count: Int)
  /// gradient = 0 where y is not positive.
  static func reluBackward(_ gradient: MutableFloats, _ y: Floats, _ count: Int)
  /// gradient *= 0.01 where y is not positive.
  static func leakyReluBackward(_ gradient: MutableFloats, _ y: Floats, _ count: Int)
  /// gradient *= y + 1 where y is not positive.
  static func eluBackward(_ gradient: MutableFloats, _ y: Floats, _ count: Int)
  /// gradient *= 1 - exp(-y).
  static func softplusBackward(_ gradient: MutableFloats, _ y: Floats, _ count: Int)

  // MARK: Backward, in place, from the saved pre-activation x

  /// gradient *= s (1 + x (1 - s)), s = 1 / (1 + exp(-x)).
  static func siluBackward(_ gradient: MutableFloats, _ x: Floats, _ count: Int)
  /// gradient *= Phi(x) + x phi(x), phi the density of N(0, 1).
  static func geluBackward(_ gradient: MutableFloats, _ x: Floats, _ count: Int)
}
