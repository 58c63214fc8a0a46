public import VaelibNumerics

/// The intermediate results of one network for up to `rows` rows; allocated once, used by every step.
public final class NetworkWorkspace {
  private var buffers: [FloatBuffer] = []
  /// Layer outputs, [rows, outputs] each.
  private(set) var outputs: [MatrixView] = []
  /// Pre-activations of the layers that keep them.
  private(set) var preActivations: [MatrixView?] = []
  /// Gradients at the pre-activations; empty unless `forTraining`.
  private(set) var gradients: [MatrixView] = []

  public init(_ network: DenseNetwork, rows: Int, forTraining: Bool) throws(NumericsError) {
    buffers.reserveCapacity(2 * network.layers.count)
    outputs.reserveCapacity(network.layers.count)
    preActivations.reserveCapacity(network.layers.count)
    for layer in network.layers {
      outputs.append(try matrix(rows, layer.outputs))
      preActivations.append(layer.activation.keepsPreActivation ? try matrix(rows, layer.outputs) : nil)
      if forTraining { gradients.append(try matrix(rows, layer.outputs)) }
    }
  }

  private func matrix(_ rows: Int, _ columns: Int) throws(NumericsError) -> MatrixView {
    let buffer = try FloatBuffer(rows: rows, columns: columns)
    buffers.append(buffer)
    return MatrixView(base: buffer.base, rows: rows, columns: columns)
  }

  /// The network's output after `forward`, [rows, outputs].
  public func output(_ rows: Int) -> MatrixView { outputs[outputs.count - 1].rows(0..<rows) }

  /// Where the caller writes the gradient of the network's output before `backward`.
  public func outputGradient(_ rows: Int) -> MatrixView { gradients[gradients.count - 1].rows(0..<rows) }
}

extension FloatBuffer {
  /// A zeroed buffer for a dense matrix; throws where rows * columns does not fit.
  public convenience init(rows: Int, columns: Int) throws(NumericsError) {
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    try self.init(count: overflow ? Int.max : count)
  }

  /// The first `rows` rows of the buffer seen as a dense matrix.
  public func matrix(rows: Int, columns: Int) -> MatrixView {
    MatrixView(base: base, rows: rows, columns: columns)
  }
}
