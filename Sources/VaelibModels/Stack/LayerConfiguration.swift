public import VaelibNetworks

/// One layer of a stack: a denoising auto-encoder. The initial values are the defaults, defined here only.
public struct LayerConfiguration: Sendable, Equatable {
  public var width = 256
  public var activation = Activation.sigmoid
  public var tied = 1
  /// nil leaves it to `resolve`, above the lowest layer to the codes below.
  public var loss: ReconstructionLoss?
  public var corruption = CorruptionKind.masking
  public var corruptionLevel = 0.1
  public var corruptionRange = CorruptionRange.given
  public var corruptionLow = 0.0
  public var corruptionHigh = 1.0
  public var corruptedWeight = 1.0
  public var untouchedWeight = 1.0
  public var weightL1 = 0.0
  public var weightL2 = 0.0
  public var sparsityTarget = 0.05
  public var sparsityWeight = 0.0
  public var contractionWeight = 0.0
  public var epochs = 0
  public var learningRate = 0.0

  public init() {}
}

/// How a layer's reconstruction is compared with its input.
public enum ReconstructionLoss: String, CaseIterable, Sendable {
  /// - sum_i x_i log r_i + (1 - x_i) log (1 - r_i) with r = sigmoid(decoder output); for inputs in [0, 1].
  case crossEntropy = "cross_entropy"
  /// 1/2 sum_i (x_i - r_i)^2 with r = decoder output; for real values.
  case squaredError = "squared_error"
}

extension ReconstructionLoss {
  /// What the inputs of a layer must be.
  var domain: ExampleDomain {
    switch self {
    case .crossEntropy: .unitInterval(neededBy: "loss cross_entropy", alternative: "loss squared_error")
    case .squaredError: .real
    }
  }
}

/// q(x~ | x), how an input is corrupted (Vincent et al. 2008, section 2.3; 2010, section 3.3).
public enum CorruptionKind: String, CaseIterable, Sendable {
  /// Exactly round(level * components) components, at least one of several, chosen at random, are set to 0.
  case masking
  /// Each component is set to 0 with probability level.
  case independentMasking = "independent_masking"
  /// x + level * N(0, I).
  case gaussian
  /// As many components as in masking are set to the lower or the higher of two values by a fair coin.
  case saltAndPepper = "salt_and_pepper"
}

/// Which two values salt and pepper are.
public enum CorruptionRange: String, CaseIterable, Sendable {
  /// corruption_low and corruption_high.
  case given
  /// The least and the greatest number among all inputs that the layer is given.
  case data
}

/// The architecture of a stack.
public struct StackConfiguration: Sendable, Equatable {
  public var dataDimension = 0
  public var layers: [LayerConfiguration] = []
  public var standardize = 1
  public var initializer = Initializer.glorotUniform
  public var initializerStddev = 0.01
  public var seed: UInt64 = 0

  public init() {}
}
