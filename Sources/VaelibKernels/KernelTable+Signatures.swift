/// A run of numbers that a kernel reads.
public typealias Floats = UnsafePointer<Float>
/// A run of numbers that a kernel writes, or changes in place.
public typealias MutableFloats = UnsafeMutablePointer<Float>

/// What the entries of a table take and give; `KernelTable` says what they compute.
extension KernelTable {
  /// (values, bias, count)
  public typealias BiasedActivation = @convention(c) (MutableFloats, Floats, Int) -> Void
  /// (x, out, count)
  public typealias Map = @convention(c) (Floats, MutableFloats, Int) -> Void
  /// (gradient, saved, count)
  public typealias ActivationGradient = @convention(c) (MutableFloats, Floats, Int) -> Void
  /// (out, count, key0, key1, firstBlock, c1, c2, c3)
  public typealias Draw =
    @convention(c) (MutableFloats, Int, UInt32, UInt32, UInt32, UInt32, UInt32, UInt32) -> Void
  /// (source, out, count, scale, shift)
  public typealias Conversion = @convention(c) (UnsafeRawPointer, MutableFloats, Int, Double, Double) -> Void
  /// Returns a log-likelihood in nats.
  public typealias BernoulliSum = @convention(c) (_ logits: Floats, _ x: Floats, _ count: Int) -> Double
  /// Returns a log-likelihood in nats.
  public typealias BernoulliGradient =
    @convention(c) (
      _ logits: Floats, _ x: Floats, _ gradient: MutableFloats, _ weight: Float, _ count: Int
    ) -> Double
  /// Returns a log-likelihood in nats.
  public typealias GaussianSum =
    @convention(c) (
      _ mean: Floats, _ logVariance: Floats, _ x: Floats, _ count: Int
    ) -> Double
  /// Returns a weighted loss.
  public typealias EmphasizedGradient =
    @convention(c) (
      _ output: Floats, _ x: Floats, _ emphasis: Floats, _ gradient: MutableFloats, _ weight: Float,
      _ count: Int
    ) -> Double
  /// Returns a log-likelihood in nats.
  public typealias GaussianGradient =
    @convention(c) (
      _ mean: Floats, _ logVariance: Floats, _ x: Floats, _ meanGradient: MutableFloats,
      _ logVarianceGradient: MutableFloats, _ weight: Float, _ count: Int
    ) -> Double
  /// From raw log-variances to bounded ones.
  public typealias Bound =
    @convention(c) (
      _ raw: Floats, _ out: MutableFloats, _ lower: Float, _ upper: Float, _ count: Int
    ) -> Void
  /// Changes the gradient in place.
  public typealias BoundGradient =
    @convention(c) (
      _ gradient: MutableFloats, _ raw: Floats, _ lower: Float, _ upper: Float, _ count: Int
    ) -> Void
  /// From the parameters of q(z|x) and noise to z.
  public typealias LatentSample =
    @convention(c) (
      _ mean: Floats, _ logVariance: Floats, _ noise: Floats, _ z: MutableFloats, _ count: Int
    ) -> Void
  /// Returns nats.
  public typealias Divergence = @convention(c) (_ mean: Floats, _ logVariance: Floats, _ count: Int) -> Double
  /// Adds to the two gradients.
  public typealias LatentGradient =
    @convention(c) (
      _ zGradient: Floats, _ noise: Floats, _ logVariance: Floats,
      _ meanGradient: MutableFloats, _ logVarianceGradient: MutableFloats, _ count: Int
    ) -> Void
  /// Overwrites the two gradients.
  public typealias DivergenceGradient =
    @convention(c) (
      _ mean: Floats, _ logVariance: Floats, _ meanGradient: MutableFloats,
      _ logVarianceGradient: MutableFloats, _ weight: Float, _ count: Int
    ) -> Void
  /// Changes parameters and velocity.
  public typealias SGD =
    @convention(c) (
      _ parameters: MutableFloats, _ gradient: Floats, _ velocity: MutableFloats, _ count: Int,
      _ rate: Float, _ momentum: Float, _ nesterov: Float, _ gradientScale: Float, _ decay: Float
    ) -> Void
  /// Changes parameters and squares.
  public typealias Adagrad =
    @convention(c) (
      _ parameters: MutableFloats, _ gradient: Floats, _ squares: MutableFloats, _ count: Int,
      _ rate: Float, _ epsilon: Float, _ gradientScale: Float, _ decay: Float
    ) -> Void
  /// Changes parameters and squares.
  public typealias RMSProp =
    @convention(c) (
      _ parameters: MutableFloats, _ gradient: Floats, _ squares: MutableFloats, _ count: Int,
      _ rate: Float, _ fresh: Float, _ epsilon: Float, _ gradientScale: Float, _ decay: Float
    ) -> Void
  /// Changes parameters and both moments. `fresh1` and `fresh2` are 1 - beta, rounded once.
  public typealias Adam =
    @convention(c) (
      _ parameters: MutableFloats, _ gradient: Floats, _ first: MutableFloats, _ second: MutableFloats,
      _ count: Int, _ rate: Float, _ fresh1: Float, _ fresh2: Float, _ epsilon: Float, _ correction1: Float,
      _ correction2: Float, _ gradientScale: Float, _ decay: Float, _ decoupledDecay: Float
    ) -> Void
  /// From x to exp(factor x).
  public typealias Exponential =
    @convention(c) (_ x: Floats, _ out: MutableFloats, _ factor: Float, _ count: Int) -> Void
  /// Changes y.
  public typealias Addition = @convention(c) (_ y: MutableFloats, _ x: Floats, _ count: Int) -> Void
  /// Changes values.
  public typealias Scaling = @convention(c) (_ values: MutableFloats, _ factor: Float, _ count: Int) -> Void
  /// Returns the sum.
  public typealias Sum = @convention(c) (_ x: Floats, _ count: Int) -> Double
  /// Returns 1 if all values are finite, else 0.
  public typealias FiniteRange =
    @convention(c) (
      _ values: Floats, _ count: Int, _ outLow: MutableFloats, _ outHigh: MutableFloats
    ) -> Int32
  /// From a counter of four words to four random words.
  public typealias Block =
    @convention(c) (
      _ counter: UnsafePointer<UInt32>, _ key0: UInt32, _ key1: UInt32, _ out: UnsafeMutablePointer<UInt32>
    ) -> Void
}
