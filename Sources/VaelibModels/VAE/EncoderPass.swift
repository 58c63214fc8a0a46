import VaelibNetworks
import VaelibNumerics

/// q(z|x) for up to a fixed number of rows: the encoder network and its two heads.
final class EncoderPass {
  /// The range that log-variances are softly held in: wide enough for any use, narrow enough to stay finite.
  static let logVarianceBounds: (lower: Float, upper: Float) = (-20, 20)

  private let model: VariationalAutoencoder
  private let network: DenseNetwork
  private let packed: [PackedMatrix]?
  private let workspace: NetworkWorkspace
  private let logVarianceBuffer: FloatBuffer
  private let standardizer: Standardizer?
  /// The latent dimension, J.
  let latent: Int

  /// For training.
  convenience init(_ model: VariationalAutoencoder, rows: Int) throws {
    try self.init(model, model.encoder, packed: nil, rows: rows, forTraining: true)
  }

  /// For a query.
  convenience init(_ encoder: EncoderQuery, rows: Int) throws {
    try self.init(encoder.model, encoder.network, packed: encoder.packed, rows: rows, forTraining: false)
  }

  private init(
    _ model: VariationalAutoencoder, _ network: DenseNetwork, packed: [PackedMatrix]?, rows: Int,
    forTraining: Bool
  ) throws {
    self.model = model
    self.network = network
    self.packed = packed
    latent = model.configuration.latentDimension
    workspace = try NetworkWorkspace(network, rows: rows, forTraining: forTraining)
    standardizer = try model.likelihood.standardization.map { try Standardizer($0) }
    logVarianceBuffer = try FloatBuffer(rows: rows, columns: latent)
  }

  /// Whether only the mean of q(z|x) is computed.
  private var isOfMeans: Bool { network.outputs == latent }

  /// Encodes `examples` [rows, D], which are standardised in place where the model standardises.
  func run(_ examples: MatrixView) {
    if let standardizer {
      standardizer.begin(parameters: model.parameters.base)
      forEachRow(.standardization, examples.rows, width: examples.columns) {
        standardizer.apply(to: examples.row($0))
      }
    }
    network.forward(
      parameters: model.parameters.base, input: examples, workspace: workspace, packed: packed)
    if isOfMeans { return }
    let head = workspace.output(examples.rows)
    profiled(.latents) {
      for row in 0..<examples.rows {
        kernels.boundLogVariance(
          head.row(row) + latent, logVariance(row), Self.logVarianceBounds.lower,
          Self.logVarianceBounds.upper, latent)
      }
    }
  }

  /// The mean of q(z|x) for a row, [J].
  func mean(_ row: Int) -> UnsafeMutablePointer<Float> { workspace.output(row + 1).row(row) }

  /// The bounded log-variance of q(z|x) for a row, [J].
  func logVariance(_ row: Int) -> UnsafeMutablePointer<Float> { logVarianceBuffer.base + row * latent }

  /// Where the gradient at the mean of a row goes, [J].
  func meanGradient(_ row: Int) -> UnsafeMutablePointer<Float> { workspace.outputGradient(row + 1).row(row) }

  /// Where the gradient at the bounded log-variance of a row goes, [J].
  func logVarianceGradient(_ row: Int) -> UnsafeMutablePointer<Float> { meanGradient(row) + latent }

  /// Back-propagates the gradients at mean and log-variance to the encoder's parameters.
  func backward(_ examples: MatrixView, gradients: UnsafeMutablePointer<Float>) {
    let head = workspace.output(examples.rows)
    profiled(.latents) {
      for row in 0..<examples.rows {
        kernels.boundLogVarianceBackward(
          logVarianceGradient(row), head.row(row) + latent, Self.logVarianceBounds.lower,
          Self.logVarianceBounds.upper, latent)
      }
    }
    model.encoder.backward(
      parameters: model.parameters.base, gradients: gradients, input: examples, workspace: workspace,
      inputGradient: nil)
  }
}

/// What the blocks of a query of the encoder share.
struct EncoderQuery {
  let model: VariationalAutoencoder
  let network: DenseNetwork
  let packed: [PackedMatrix]?

  /// `meansOnly` leaves the log-variances out.
  init(_ model: VariationalAutoencoder, _ plan: BlockPlan, meansOnly: Bool = false) throws {
    self.model = model
    network = meansOnly ? model.meanEncoder : model.encoder
    packed = plan.packs ? try network.packWeights(model.parameters.base) : nil
  }
}
