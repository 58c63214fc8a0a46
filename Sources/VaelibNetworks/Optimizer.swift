import Glibc
public import VaelibNumerics

/// Turns gradients into parameter changes; moments lie in arrays of the parameters' layout.
public final class Optimizer {
  public enum Method: String, CaseIterable, Sendable {
    /// v = momentum v + g; p -= rate v, or rate (g + momentum v) in Nesterov's form.
    case sgd
    /// s += g^2; p -= rate g / (sqrt(s) + epsilon) (Duchi et al. 2011).
    case adagrad
    /// s = beta2 s + (1 - beta2) g^2; p -= rate g / (sqrt(s) + epsilon) (Tieleman & Hinton 2012).
    case rmsprop
    /// Kingma & Ba 2015, algorithm 1.
    case adam
    /// Adam with the weight prior applied to the parameters directly (Loshchilov & Hutter 2019).
    case adamw

    /// How many moments it keeps for each parameter.
    public var moments: Int {
      switch self {
      case .sgd, .adagrad, .rmsprop: 1
      case .adam, .adamw: 2
      }
    }
  }

  /// The constants of all methods; each reads its own.
  public struct Constants: Sendable {
    public var momentum: Double
    public var nesterov: Bool
    public var beta1: Double
    public var beta2: Double
    public var epsilon: Double

    public init(momentum: Double, nesterov: Bool, beta1: Double, beta2: Double, epsilon: Double) {
      self.momentum = momentum
      self.nesterov = nesterov
      self.beta1 = beta1
      self.beta2 = beta2
      self.epsilon = epsilon
    }
  }

  /// A tensor whose rate is a multiple of the others'.
  public struct Pace: Sendable {
    public let range: Range<Int>
    public let factor: Double

    public init(range: Range<Int>, factor: Double) {
      self.range = range
      self.factor = factor
    }
  }

  public let method: Method
  public let constants: Constants
  /// The length of the parameter array.
  public let count: Int
  /// Moments, one array after the other, `count` floats each.
  public let moments: FloatBuffer
  private let parts: ParameterParts
  /// Of each tensor.
  private let paces: [Double]
  /// Updates made so far.
  public private(set) var steps = 0

  /// An optimiser for the tensors `trained` of an array of `count` parameters; nil stands for all of it. `paces` are those
  /// of tensors that do not have the usual one.
  public init(
    _ method: Method, constants: Constants, count: Int, trained: [Range<Int>]? = nil, paces: [Pace] = []
  ) throws(NumericsError) {
    self.method = method
    self.constants = constants
    self.count = count
    moments = try FloatBuffer(rows: method.moments, columns: count)
    let trained = trained ?? [0..<count]
    parts = ParameterParts(trained)
    self.paces = trained.map { tensor in
      paces.first { $0.range.contains(tensor.lowerBound) }?.factor ?? 1
    }
  }

  /// Continues after `steps` updates that left these moments; false, and nothing changed, if their number is wrong.
  public func resume(steps: Int, moments saved: FloatBuffer) -> Bool {
    guard saved.count == moments.count else { return false }
    moments.base.update(from: saved.base, count: saved.count)
    self.steps = steps
    return true
  }

  /// One update of all parameters.
  ///
  /// - Parameters:
  ///   - gradientScale: multiplies the gradient first (clipping).
  ///   - decay: weight of the prior, decay * p added to the gradient, or decoupled for adamw.
  public func update(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, rate: Double,
    gradientScale: Double, decay: Double
  ) {
    steps += 1
    profiled(.optimizer) {
      WorkerPool.shared.run(parts: parts.count) { part in
        parts.forEachRange(part) { tensor, range in
          update(
            range, parameters + range.lowerBound, gradients + range.lowerBound,
            rate: Float(rate * paces[tensor]), gradientScale: Float(gradientScale), decay: Float(decay))
        }
      }
    }
  }

  private func update(
    _ range: Range<Int>, _ p: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>, rate: Float,
    gradientScale: Float, decay: Float
  ) {
    let first = moments.base + range.lowerBound
    let n = range.count
    let epsilon = Float(constants.epsilon)
    switch method {
    case .sgd:
      kernels.sgd(
        p, g, first, n, rate, Float(constants.momentum), constants.nesterov ? 1 : 0, gradientScale, decay)
    case .adagrad:
      kernels.adagrad(p, g, first, n, rate, epsilon, gradientScale, decay)
    case .rmsprop:
      kernels.rmsprop(p, g, first, n, rate, Float(1 - constants.beta2), epsilon, gradientScale, decay)
    case .adam, .adamw:
      let coupled = method == .adam
      kernels.adam(
        p, g, first, first + count, n, rate, Float(1 - constants.beta1), Float(1 - constants.beta2), epsilon,
        Float(1 - pow(constants.beta1, Double(steps))), Float(1 - pow(constants.beta2, Double(steps))),
        gradientScale, coupled ? decay : 0, coupled ? 0 : decay)
    }
  }
}
