import VaelibNetworks
import VaelibNumerics

/// One denoising auto-encoder: code y = A(x W + b); output y W^T + b' (tied) or y W' + b'.
struct DenoisingLayer: Sendable {
  let configuration: LayerConfiguration
  let loss: ReconstructionLoss
  let encoder: DenseLayer
  /// W' [width, inputs]; nil if tied.
  let decoderWeight: ParameterTensor?
  let decoderBias: ParameterTensor

  /// Appends the layer's tensors, "layers/0/weight" and so on, to the layout.
  init(
    _ index: Int, inputs: Int, configuration: LayerConfiguration, loss: ReconstructionLoss,
    layout: inout ParameterLayout
  ) throws(NetworkError) {
    self.configuration = configuration
    self.loss = loss
    encoder = try DenseLayer(
      "layers/\(index)", inputs: inputs, outputs: configuration.width, activation: configuration.activation,
      layout: &layout)
    decoderWeight =
      configuration.tied == 1
      ? nil : try layout.append("layers/\(index)/decoder/weight", rows: configuration.width, columns: inputs)
    decoderBias = try layout.append("layers/\(index)/decoder/bias", rows: 1, columns: inputs)
  }

  /// What a profile calls its decoder.
  private var decoderName: String { "\(encoder.name)/decoder" }

  /// The tensors that pretraining changes.
  var trained: [Range<Int>] {
    encoder.tensors + [decoderWeight?.range, decoderBias.range].compactMap { $0 }
  }

  /// output = code times the decoder's weights plus its bias, [rows, inputs]: logits, or real values. With the weights
  /// `packed`, all on the calling thread.
  func decode(
    _ code: MatrixView, parameters: UnsafeMutablePointer<Float>, into output: MatrixView,
    packed: PackedMatrix? = nil
  ) {
    let bias = parameters + decoderBias.offset
    let addBias = { (tile: MatrixView, columns: Range<Int>) in
      profiled(.activations) {
        for row in 0..<tile.rows { kernels.addBias(tile.row(row), bias + columns.lowerBound, columns.count) }
      }
    }
    profiled(.products(decoderName, .forward)) {
      if let packed {
        multiply(code, packed, into: output)
        addBias(output, 0..<output.columns)
      } else if let decoderWeight {
        multiplyInTiles(code, view(decoderWeight, parameters), into: output, finish: addBias)
      } else {
        multiplyInTiles(
          code, encoder.weight(in: parameters), transposeB: true, into: output, finish: addBias)
      }
    }
  }

  /// The decoder's weights as products of many rows read them.
  func packedDecoder(_ parameters: UnsafeMutablePointer<Float>) throws(NumericsError) -> PackedMatrix {
    if let decoderWeight { return try PackedMatrix(view(decoderWeight, parameters)) }
    return try PackedMatrix(encoder.weight(in: parameters), transposed: true)
  }

  /// From the gradient at the decoder's output to the gradients of its weights (for tied ones: of W), of its bias
  /// (overwritten both) and of the code.
  func decoderBackward(
    _ code: MatrixView, gradient: MatrixView, parameters: UnsafeMutablePointer<Float>,
    gradients: UnsafeMutablePointer<Float>, codeGradient: MatrixView
  ) {
    profiled(.products(decoderName, .backward)) {
      profiled(.activations) { sumRows(gradient, into: gradients + decoderBias.offset) }
      if let decoderWeight {
        multiplyInTiles(code, transposeA: true, gradient, into: view(decoderWeight, gradients))
        multiplyInTiles(gradient, view(decoderWeight, parameters), transposeB: true, into: codeGradient)
      } else {
        multiplyInTiles(gradient, transposeA: true, code, into: encoder.weight(in: gradients))
        multiplyInTiles(gradient, encoder.weight(in: parameters), into: codeGradient)
      }
    }
  }

  /// The sigmoid of a cross-entropy decoder; nothing for a linear one.
  func activateOutput(_ output: MatrixView) {
    guard loss == .crossEntropy else { return }
    forEachRow(.activations, output.rows, width: output.columns) { row in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: output.columns) { scratch in
        guard let logits = scratch.baseAddress else { return }
        logits.update(from: output.row(row), count: output.columns)
        kernels.sigmoid(logits, output.row(row), output.columns)
      }
    }
  }

  /// The loss of one row, each component weighted by `emphasis`; writes the gradient at the decoder's output, times
  /// `weight`.
  func loss(
    output: UnsafePointer<Float>, of input: UnsafePointer<Float>, emphasis: UnsafePointer<Float>,
    gradient: UnsafeMutablePointer<Float>, weight: Float
  ) -> Double {
    switch loss {
    case .crossEntropy:
      kernels.crossEntropyGradient(output, input, emphasis, gradient, weight, encoder.inputs)
    case .squaredError:
      kernels.squaredErrorGradient(output, input, emphasis, gradient, weight, encoder.inputs)
    }
  }

  private func view(_ tensor: ParameterTensor, _ array: UnsafeMutablePointer<Float>) -> MatrixView {
    MatrixView(base: array + tensor.offset, rows: tensor.rows, columns: tensor.columns)
  }
}
