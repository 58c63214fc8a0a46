public import VaelibNetworks

/// The architecture of a variational auto-encoder. The initial values are the defaults, defined here only.
public struct VAEConfiguration: Sendable, Equatable {
  public var dataDimension = 0
  public var latentDimension = 20
  public var hidden = [256]
  /// nil mirrors the encoder.
  public var decoderHidden: [Int]?
  public var activation = Activation.relu
  /// nil leaves it to `resolve`.
  public var likelihood: LikelihoodKind?
  public var variance = VarianceKind.learned
  public var meanActivation = MeanActivation.identity
  public var noiseStddev = 1.0
  public var stddevFloor = 1e-3
  public var degreesOfFreedom = Double(automaticNumber)
  public var standardize = 1
  public var initializer = Initializer.glorotUniform
  public var initializerStddev = 0.01
  public var seed: UInt64 = 0

  public init() {}

  /// The decoder's hidden widths, mirrored from the encoder unless given.
  var decoderWidths: [Int] { decoderHidden ?? hidden.reversed() }
}

/// Where the variance of a p(x|z) of location and scale comes from.
public enum VarianceKind: String, CaseIterable, Sendable {
  /// One constant for all: minus the log-likelihood is a squared error.
  case fixed
  /// One learned constant for each dimension.
  case learned
  /// From the decoder, for each example and dimension.
  case predicted
}

/// How the mean of a p(x|z) of location and scale follows from the decoder's output.
public enum MeanActivation: String, CaseIterable, Sendable {
  case identity
  case sigmoid
}
