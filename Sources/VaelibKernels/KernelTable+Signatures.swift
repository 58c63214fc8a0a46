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
  public typealias BernoulliSum = @convention(c) (_ logits: Floats, _ x: Floats, _ count: Int) -> Double
  public typealias BernoulliGradient = @convention(c) (
    _ logits: Floats, _ x: Floats, _ gradient: MutableFloats, _ weight: Float, _ count: Int
  ) -> Double
  public typealias GaussianSum = @convention(c) (
    _ mean: Floats, _ logVariance: Floats, _ x: Floats, _ count: Int
  ) -> Double
  public typealias GaussianGradient = @convention(c) (
    _ mean: Floats, _ logVariance: Floats, _ x: Floats, _ meanGradient: MutableFloats,
    _ logVarianceGradient: MutableFloats, _ weight: Float, _ count: Int
  ) -> Double
  public typealias Bound = @convention(c) (
    _ raw: Floats, _ out: MutableFloats, _ lower: Float, _ upper: Float, _ count: Int
  ) -> Void
  public typealias BoundGradient = @convention(c) (
    _ gradient: MutableFloats, _ raw: Floats, _ lower: Float, _ upper: Float, _ count: Int
  ) -> Void
  public typealias LatentSample = @convention(c) (
    _ mean: Floats, _ logVariance: Floats, _ noise: Floats, _ z: MutableFloats, _ count: Int
  ) -> Void
  public typealias Divergence = @convention(c) (_ mean: Floats, _ logVariance: Floats, _ count: Int) -> Double
  public typealias LatentGradient = @convention(c) (
    _ zGradient: Floats, _ noise: Floats, _ mean: Floats, _ logVariance: Floats, _ meanGradient: MutableFloats,
    _ logVarianceGradient: MutableFloats, _ count: Int
  ) -> Void
  public typealias DivergenceGradient = @convention(c) (
    _ mean: Floats, _ logVariance: Floats, _ meanGradient: MutableFloats, _ logVarianceGradient: MutableFloats,
    _ weight: Float, _ count: Int
  ) -> Void
  public typealias SGD = @convention(c) (
    _ parameters: MutableFloats, _ gradient: Floats, _ velocity: MutableFloats, _ count: Int, _ rate: Float,
    _ momentum: Float, _ nesterov: Float, _ gradientScale: Float, _ decay: Float
  ) -> Void
  public typealias Adagrad = @convention(c) (
    _ parameters: MutableFloats, _ gradient: Floats, _ squares: MutableFloats, _ count: Int, _ rate: Float,
    _ epsilon: Float, _ gradientScale: Float, _ decay: Float
  ) -> Void
  public typealias RMSProp = @convention(c) (
    _ parameters: MutableFloats, _ gradient: Floats, _ squares: MutableFloats, _ count: Int, _ rate: Float,
    _ decayRate: Float, _ epsilon: Float, _ gradientScale: Float, _ decay: Float
  ) -> Void
  public typealias Adam = @convention(c) (
    _ parameters: MutableFloats, _ gradient: Floats, _ first: MutableFloats, _ second: MutableFloats, _ count: Int,
    _ rate: Float, _ beta1: Float, _ beta2: Float, _ epsilon: Float, _ correction1: Float, _ correction2: Float,
    _ gradientScale: Float, _ decay: Float, _ decoupledDecay: Float
  ) -> Void
  public typealias Exponential = @convention(c) (_ x: Floats, _ out: MutableFloats, _ factor: Float, _ count: Int) -> Void
  public typealias Addition = @convention(c) (_ y: MutableFloats, _ x: Floats, _ count: Int) -> Void
  public typealias Scaling = @convention(c) (_ values: MutableFloats, _ factor: Float, _ count: Int) -> Void
  public typealias Sum = @convention(c) (_ x: Floats, _ count: Int) -> Double
  public typealias Range = @convention(c) (
    _ values: Floats, _ count: Int, _ outLow: MutableFloats, _ outHigh: MutableFloats
  ) -> Int32
  public typealias Block = @convention(c) (
    _ counter: UnsafePointer<UInt32>, _ key0: UInt32, _ key1: UInt32, _ out: UnsafeMutablePointer<UInt32>
  ) -> Void
}
