public import VaelibNetworks
public import VaelibNumerics

/// A variational auto-encoder (Kingma & Welling 2014): q(z|x) = N(mean(x), diag exp(logVariance(x))) and p(x|z) by
/// two networks whose parameters lie in one flat array; p(z) = N(0, I).
///
/// Not locked: queries may run side by side, but nothing else while something changes it. The boundary sees to that.
public final class VariationalAutoencoder: @unchecked Sendable {
  public let configuration: VAEConfiguration
  public let layout: ParameterLayout
  public let parameters: FloatBuffer
  let encoder: DenseNetwork
  let decoder: DenseNetwork
  /// The raw log-variance of each dimension, if it is learned.
  let decoderLogVariance: ParameterTensor?

  /// All epochs of all fits.
  public var history: [EpochRecord] = []
  /// How it was last trained.
  public var trainingConfiguration = TrainingConfiguration()
  /// The scaling of the data it was last trained on.
  public var dataScale = 1.0
  public var dataShift = 0.0

  /// A model with freshly drawn weights. Throws `ModelError`, `NetworkError` or `NumericsError`.
  public init(_ configuration: VAEConfiguration) throws {
    try configuration.validate()
    self.configuration = configuration
    let likelihood = configuration.likelihood
    let predicted = likelihood == .gaussian && configuration.variance == .predicted
    let learned = likelihood == .gaussian && configuration.variance == .learned
    var layout = ParameterLayout()
    encoder = try DenseNetwork(
      "encoder", inputs: configuration.dataDimension, hidden: configuration.hidden,
      outputs: 2 * configuration.latentDimension, activation: configuration.activation, layout: &layout)
    decoder = try DenseNetwork(
      "decoder", inputs: configuration.latentDimension, hidden: configuration.decoderWidths,
      outputs: (predicted ? 2 : 1) * configuration.dataDimension, activation: configuration.activation,
      layout: &layout)
    decoderLogVariance =
      learned ? try layout.appendVector("decoder/log_variance", count: configuration.dataDimension) : nil
    self.layout = layout
    parameters = try FloatBuffer(count: layout.count)
    initializeWeights()
  }

  private func initializeWeights() {
    for (index, tensor) in layout.tensors.enumerated() where tensor.name.hasSuffix("/weight") {
      configuration.initializer.fill(
        parameters.base + tensor.offset, inputs: tensor.rows, outputs: tensor.columns,
        stddev: configuration.initializerStddev,
        stream: RandomPurpose.initialization.stream(seed: configuration.seed, example: index))
    }
  }

  /// A model of its own, equal in everything.
  public func copy() throws -> VariationalAutoencoder {
    let copy = try VariationalAutoencoder(configuration)
    copy.parameters.base.update(from: parameters.base, count: parameters.count)
    copy.history = history
    copy.trainingConfiguration = trainingConfiguration
    copy.dataScale = dataScale
    copy.dataShift = dataShift
    return copy
  }
}
