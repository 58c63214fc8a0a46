public import VaelibNetworks
public import VaelibNumerics

/// A variational auto-encoder (Kingma & Welling 2014): q(z|x) = N(mean(x), diag exp(logVariance(x))) and p(x|z) by
/// two networks whose parameters lie in one flat array; p(z) = N(0, I).
public final class VariationalAutoencoder: Model, @unchecked Sendable {
  public static let kind = ModelKind.vae
  public static let phases = [Phase.Kind.fit]

  public let configuration: VAEConfiguration
  public let layout: ParameterLayout
  public let parameters: FloatBuffer
  let encoder: DenseNetwork
  /// The encoder without the log-variances, for queries that want means alone.
  let meanEncoder: DenseNetwork
  let decoder: DenseNetwork
  let likelihood: ColumnLikelihoods

  private let watched = Watched(TrainingRecord())

  /// A model with freshly drawn weights. Throws `ModelError`, `NetworkError` or `NumericsError`.
  public init(_ configuration: VAEConfiguration) throws {
    try configuration.validate()
    try configuration.checkDecided()
    self.configuration = configuration
    // The networks' widths follow from the likelihoods, whose own tensors come after the networks'.
    var own = ParameterLayout()
    let likelihoods = try ColumnLikelihoods(configuration, layout: &own)
    var layout = ParameterLayout()
    encoder = try DenseNetwork(
      "encoder", inputs: likelihoods.inputs.width, hidden: configuration.hidden,
      outputs: 2 * configuration.latentDimension, activation: configuration.activation, layout: &layout)
    meanEncoder = encoder.keeping(outputs: configuration.latentDimension)
    decoder = try DenseNetwork(
      "decoder", inputs: configuration.latentDimension + (likelihoods.conditions?.width ?? 0),
      hidden: configuration.decoderWidths,
      outputs: likelihoods.outputs, activation: configuration.activation, layout: &layout)
    likelihood = try ColumnLikelihoods(configuration, layout: &layout)
    self.layout = layout
    parameters = try FloatBuffer(count: layout.count)
    initializeWeights(
      configuration.initializer, stddev: configuration.initializerStddev, seed: configuration.seed)
    // What a likelihood learns of its own is the same under all conditions at first.
    for own in likelihood.learned {
      (parameters.base + own.range.lowerBound).update(repeating: 0, count: own.range.count)
    }
  }

  public var dataDimension: Int { configuration.dataDimension }
  public var latentDimension: Int { configuration.latentDimension }
  public var hasVariance: Bool { likelihood.hasVariance }
  var standardized: [StandardizedColumns] { likelihood.inputs.standardized }

  func weights(ofInput input: Int) -> [UnsafeMutableBufferPointer<Float>] {
    var weights = [encoder.layers[0].weights(ofInput: input, in: parameters.base)]
    for run in likelihood.conditions?.runs ?? [] where run.encoderInputs.contains(input) {
      let place = latentDimension + run.decoderInputs.lowerBound + input - run.encoderInputs.lowerBound
      weights.append(decoder.layers[0].weights(ofInput: place, in: parameters.base))
    }
    return weights
  }

  public var layerCount: Int { 0 }

  /// What the examples must be.
  var exampleCheck: ExampleCheck { likelihood.check.naming(record.columns) }

  public func copy() throws -> VariationalAutoencoder {
    let copy = try VariationalAutoencoder(configuration)
    copy.parameters.base.update(from: parameters.base, count: parameters.count)
    copy.changeRecord { $0 = record }
    return copy
  }

  public var record: TrainingRecord { watched.value }

  public func describe() -> ModelDescription {
    ModelDescription(layout: layout, record: watched.look())
  }

  public func changeRecord(_ body: (inout TrainingRecord) -> Void) { watched.change(body) }
}
