/// Optimisers over flat runs; each first forms g' = gradientScale g + decay p, then changes parameters and moments.
public protocol OptimizerKernels: Sendable {
  /// v = momentum v + g'; p -= rate (nesterov == 0 ? v : g' + momentum v). PyTorch's form; nesterov is 0 or 1.
  static func sgd(
    _ parameters: MutableFloats, _ gradient: Floats, _ velocity: MutableFloats, _ count: Int, _ rate: Float,
    _ momentum: Float, _ nesterov: Float, _ gradientScale: Float, _ decay: Float)
  /// s += g'^2; p -= rate g' / (sqrt(s) + epsilon) (Duchi et al. 2011).
  static func adagrad(
    _ parameters: MutableFloats, _ gradient: Floats, _ squares: MutableFloats, _ count: Int, _ rate: Float,
    _ epsilon: Float, _ gradientScale: Float, _ decay: Float)
  /// s = (1 - fresh) s + fresh g'^2; p -= rate g' / (sqrt(s) + epsilon) (Hinton 2012). `fresh` is 1 - the decay
  /// rate, rounded once.
  static func rmsprop(
    _ parameters: MutableFloats, _ gradient: Floats, _ squares: MutableFloats, _ count: Int, _ rate: Float,
    _ fresh: Float, _ epsilon: Float, _ gradientScale: Float, _ decay: Float)
  /// m = (1 - fresh1) m + fresh1 g'; v = (1 - fresh2) v + fresh2 g'^2; p -= rate ((m / correction1) / (sqrt(v /
  /// correction2) + epsilon) + decoupledDecay p), correction = 1 - beta^t (Kingma & Ba 2015; decoupledDecay:
  /// Loshchilov & Hutter 2019). `fresh1` and `fresh2` are 1 - beta, rounded once.
  static func adam(
    _ parameters: MutableFloats, _ gradient: Floats, _ first: MutableFloats, _ second: MutableFloats,
    _ count: Int, _ rate: Float, _ fresh1: Float, _ fresh2: Float, _ epsilon: Float, _ correction1: Float,
    _ correction2: Float, _ gradientScale: Float, _ decay: Float, _ decoupledDecay: Float)
}
