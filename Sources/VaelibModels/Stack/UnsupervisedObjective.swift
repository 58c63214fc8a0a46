import VaelibNetworks
import VaelibNumerics

/// The whole stack, unrolled into one deep auto-encoder, learns to reconstruct examples: up through all layers and down
/// again, with the loss of the lowest layer, without corruption or penalties.
final class UnsupervisedObjective: TrainingObjective {
  private let stack: StackedAutoencoder
  private let check: ExampleCheck
  private let workspace: StackWorkspace
  /// No component is emphasised.
  private let ones: FloatBuffer
  private var buffers: [FloatBuffer] = []
  /// Gradients at each decoder's output, [rows, inputs], and at each code, [rows, width].
  private var outputGradients: [MatrixView] = []
  private var codeGradients: [MatrixView] = []
  private let losses: UnsafeMutablePointer<Double>

  init(_ stack: StackedAutoencoder, rows: Int) throws {
    self.stack = stack
    check = stack.exampleCheck
    workspace = try StackWorkspace(stack, layers: stack.layers.count, rows: rows, decoding: true)
    ones = try FloatBuffer(count: stack.configuration.dataDimension)
    ones.base.update(repeating: 1, count: ones.count)
    losses = .allocate(capacity: rows)
    for layer in stack.layers {
      let outputGradient = try FloatBuffer(rows: rows, columns: layer.encoder.inputs)
      let codeGradient = try FloatBuffer(rows: rows, columns: layer.encoder.outputs)
      buffers += [outputGradient, codeGradient]
      outputGradients.append(outputGradient.matrix(rows: rows, columns: layer.encoder.inputs))
      codeGradients.append(codeGradient.matrix(rows: rows, columns: layer.encoder.outputs))
    }
  }

  deinit { losses.deallocate() }

  var parameters: FloatBuffer { stack.parameters }
  var trained: [Range<Int>] { stack.layers.flatMap(\.trained) }

  func compute(
    _ batch: Batch, gradients: UnsafeMutablePointer<Float>
  ) throws(ModelError) -> MetricValues {
    let (rows, examples) = (batch.rows, batch.examples)
    try check.check(examples, places: batch.places)
    let top = stack.layers.count - 1
    let code = workspace.encode(examples, layers: top + 1)
    let output = workspace.decode(code, from: top, rawOutput: true)
    let gradient = outputGradients[0].rows(0..<rows)
    forEachRow(.likelihood, rows, width: examples.columns * 2) { row in
      losses[row] = stack.layers[0].loss(
        output: output.row(row), of: examples.row(row), emphasis: ones.base, gradient: gradient.row(row),
        weight: batch.share(of: row))
    }
    decoderBackward(rows, gradients: gradients)
    encoderBackward(examples, gradients: gradients)
    return [.loss: batch.mean { losses[$0] }]
  }

  /// From the lowest output up through the decoders to the topmost code.
  private func decoderBackward(_ rows: Int, gradients: UnsafeMutablePointer<Float>) {
    let top = stack.layers.count - 1
    for index in stack.layers.indices {
      // The decoder's input is the output of the decoder above, or the topmost code.
      let input = index == top ? workspace.code(top, rows: rows) : workspace.output(index + 1, rows: rows)
      let inputGradient =
        index == top ? codeGradients[top].rows(0..<rows) : outputGradients[index + 1].rows(0..<rows)
      stack.layers[index].decoderBackward(
        input, gradient: outputGradients[index].rows(0..<rows), parameters: stack.parameters.base,
        gradients: gradients, codeGradient: inputGradient)
      if index < top, stack.layers[index + 1].loss == .crossEntropy {
        multiplyDerivative(of: .sigmoid, saved: input, into: inputGradient)
      }
    }
    multiplyDerivative(
      of: stack.layers[top].encoder.activation, saved: workspace.saved(top, rows: rows),
      into: codeGradients[top].rows(0..<rows))
  }

  /// Down through the encoders; tied weights have a gradient from their decoder already.
  private func encoderBackward(_ examples: MatrixView, gradients: UnsafeMutablePointer<Float>) {
    let rows = examples.rows
    for index in stack.layers.indices.reversed() {
      let layer = stack.layers[index]
      let below: (activation: Activation, saved: MatrixView)? =
        index == 0
        ? nil : (stack.layers[index - 1].encoder.activation, workspace.saved(index - 1, rows: rows))
      layer.encoder.backward(
        parameters: stack.parameters.base, gradients: gradients,
        input: index == 0 ? examples : workspace.code(index - 1, rows: rows),
        gradient: codeGradients[index].rows(0..<rows),
        inputGradient: index == 0 ? nil : codeGradients[index - 1].rows(0..<rows), below: below,
        accumulate: layer.decoderWeight == nil)
    }
  }

  private func multiplyDerivative(of activation: Activation, saved: MatrixView, into gradient: MatrixView) {
    forEachRow(.activations, gradient.rows, width: gradient.columns) { row in
      activation.multiplyDerivative(
        into: gradient.row(row), saved: saved.row(row), count: gradient.columns)
    }
  }
}
