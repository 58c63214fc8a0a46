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
  /// Each [rows, J] without gaps, unlike the head's outputs, so that several rows are worked on at once.
  private let means: FloatBuffer
  private let rawLogVariances: FloatBuffer
  private let logVariances: FloatBuffer
  /// For training.
  private let meanGradients: FloatBuffer
  private let logVarianceGradients: FloatBuffer
  /// Nil where the encoder sees examples as they are.
  private let transformer: InputTransformer?
  /// What the encoder sees, where that is not the examples themselves, [rows, inputs].
  private let inputs: FloatBuffer?
  /// Nil where no number may be missing.
  private let missingEntries: MissingEntries?
  /// What the encoder does not see, where in training more is hidden from it than is missing.
  private let hiddenEntries: MissingEntries?
  /// Where there is a size factor s: its column of an example, and log s of each row.
  private let sizeFactors: (column: Int, logarithms: FloatBuffer)?
  /// The latent dimension, J.
  let latent: Int

  /// For training; `hides` if numbers are hidden from the encoder, which a model has to allow for.
  convenience init(_ model: VariationalAutoencoder, rows: Int, hides: Bool) throws {
    try self.init(model, model.encoder, packed: nil, rows: rows, forTraining: true, hides: hides)
  }

  /// For a query.
  convenience init(_ encoder: EncoderQuery, rows: Int) throws {
    try self.init(encoder.model, encoder.network, packed: encoder.packed, rows: rows, forTraining: false)
  }

  private init(
    _ model: VariationalAutoencoder, _ network: DenseNetwork, packed: [PackedMatrix]?, rows: Int,
    forTraining: Bool, hides: Bool = false
  ) throws {
    self.model = model
    self.network = network
    self.packed = packed
    latent = model.configuration.latentDimension
    workspace = try NetworkWorkspace(network, rows: rows, forTraining: forTraining)
    let layout = model.likelihood.inputs
    transformer = layout.isNone ? nil : try InputTransformer(layout)
    inputs = layout.isInPlace ? nil : try FloatBuffer(rows: rows, columns: layout.width)
    sizeFactors = try model.likelihood.conditions?.sizeFactor.map { size in
      (size.columns.lowerBound, try FloatBuffer(count: rows))
    }
    if layout.missing == .refuse {
      (missingEntries, hiddenEntries) = (nil, nil)
    } else {
      let substitutes = model.exampleCheck.substitutes(model.dataDimension)
      missingEntries = try MissingEntries(rows: rows, substitutes: substitutes)
      hiddenEntries = hides ? try MissingEntries(rows: rows, substitutes: substitutes) : nil
    }
    means = try FloatBuffer(rows: rows, columns: latent)
    let ofVariances = network.outputs == latent ? 1 : rows
    rawLogVariances = try FloatBuffer(rows: ofVariances, columns: latent)
    logVariances = try FloatBuffer(rows: ofVariances, columns: latent)
    meanGradients = try FloatBuffer(rows: forTraining ? rows : 1, columns: latent)
    logVarianceGradients = try FloatBuffer(rows: forTraining ? rows : 1, columns: latent)
  }

  /// Whether only the mean of q(z|x) is computed.
  private var isOfMeans: Bool { network.outputs == latent }

  /// Encodes `examples` [rows, D], which are transformed in place where the likelihood sees them transformed too.
  /// Missing numbers are noted and filled.
  func run(_ examples: MatrixView, hiding: InputHiding? = nil) {
    let seen = seen(examples)
    if let transformer {
      transformer.begin(parameters: model.parameters.base)
      forEachRow(.standardization, examples.rows, width: examples.columns) { row in
        missingEntries?.take(row, examples.row(row))
        var unseen = missing(row)
        if let hiding, let missingEntries, let hiddenEntries {
          hiding.hide(row, hiddenEntries, missing: missingEntries, columns: examples.columns)
          unseen = hiddenEntries.columns(row)
        }
        transformer.apply(examples.row(row), missing: unseen, into: seen.row(row))
        if let sizeFactors {
          sizeFactors.logarithms.base[row] = logSizeFactor(examples.row(row)[sizeFactors.column])
        }
      }
    }
    network.forward(parameters: model.parameters.base, input: seen, workspace: workspace, packed: packed)
    profiled(.latents) { divideHead(examples.rows) }
  }

  private func divideHead(_ rows: Int) {
    let head = workspace.output(rows)
    for row in 0..<rows {
      mean(row).update(from: head.row(row), count: latent)
      if isOfMeans { continue }
      (rawLogVariances.base + row * latent).update(from: head.row(row) + latent, count: latent)
    }
    if isOfMeans { return }
    kernels.softClamp(
      rawLogVariances.base, logVariances.base, Self.logVarianceBounds.lower, Self.logVarianceBounds.upper,
      rows * latent)
  }

  /// The columns that a row of the examples lacks.
  func missing(_ row: Int) -> MissingColumns { missingEntries?.columns(row) ?? .none }

  /// Where what the encoder sees of these examples lies.
  private func seen(_ examples: MatrixView) -> MatrixView {
    inputs?.matrix(rows: examples.rows, columns: model.encoder.layers[0].inputs) ?? examples
  }

  /// Writes what the decoder is given of a row: what it sees of conditions, [C], and log s of a size factor.
  func writeConditions(_ row: Int, into out: UnsafeMutablePointer<Float>) {
    // Where there are conditions, what is seen of examples is another matrix.
    guard let conditions = model.likelihood.conditions, let inputs else { return }
    conditions.copyInputs(inputs.base + row * network.layers[0].inputs, into: out)
    if let sizeFactors { out[conditions.width] = sizeFactors.logarithms.base[row] }
  }

  /// The mean of q(z|x) for a row and all that follow, [J] each.
  func mean(_ row: Int) -> UnsafeMutablePointer<Float> { means.base + row * latent }

  /// The bounded log-variance of q(z|x) for a row and all that follow, [J] each.
  func logVariance(_ row: Int) -> UnsafeMutablePointer<Float> { logVariances.base + row * latent }

  /// Where the gradients at the mean of a row and all that follow go, [J] each.
  func meanGradient(_ row: Int) -> UnsafeMutablePointer<Float> { meanGradients.base + row * latent }

  /// Where the gradients at the bounded log-variance of a row and all that follow go, [J] each.
  func logVarianceGradient(_ row: Int) -> UnsafeMutablePointer<Float> {
    logVarianceGradients.base + row * latent
  }

  /// Back-propagates the gradients at mean and log-variance to the encoder's parameters.
  func backward(_ examples: MatrixView, gradients: UnsafeMutablePointer<Float>) {
    profiled(.latents) { joinHeadGradient(examples.rows) }
    model.encoder.backward(
      parameters: model.parameters.base, gradients: gradients, input: seen(examples), workspace: workspace,
      inputGradient: nil)
  }
}

extension EncoderPass {
  private func joinHeadGradient(_ rows: Int) {
    kernels.softClampBackward(
      logVarianceGradients.base, rawLogVariances.base, Self.logVarianceBounds.lower,
      Self.logVarianceBounds.upper, rows * latent)
    let gradient = workspace.outputGradient(rows)
    for row in 0..<rows {
      gradient.row(row).update(from: meanGradient(row), count: latent)
      (gradient.row(row) + latent).update(from: logVarianceGradient(row), count: latent)
    }
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
