import VaelibNetworks
import VaelibNumerics

/// The codes of a stack for up to a fixed number of rows, on the way up through the encoders and, if asked for, down
/// through the decoders.
final class StackWorkspace {
  private let stack: StackedAutoencoder
  private let packed: StackQuery.PackedWeights?
  private var buffers: [FloatBuffer] = []
  private var codes: [MatrixView] = []
  private var preActivations: [MatrixView?] = []
  private var outputs: [MatrixView] = []
  private let standardizer: Standardizer?

  /// For training.
  ///
  /// - Parameters:
  ///   - layers: how many layers, from the bottom.
  ///   - decoding: whether the decoders are needed too.
  convenience init(_ stack: StackedAutoencoder, layers: Int, rows: Int, decoding: Bool) throws(NumericsError)
  {
    try self.init(stack, layers: layers, rows: rows, decoding: decoding, packed: nil)
  }

  /// For a block of a query.
  convenience init(_ query: StackQuery, rows: Int) throws(NumericsError) {
    try self.init(
      query.stack, layers: query.layers, rows: rows, decoding: query.decoding, packed: query.packed)
  }

  private init(
    _ stack: StackedAutoencoder, layers: Int, rows: Int, decoding: Bool, packed: StackQuery.PackedWeights?
  ) throws(NumericsError) {
    self.stack = stack
    self.packed = packed
    standardizer = try stack.standardization.map { (standardization) throws(NumericsError) in
      try Standardizer(standardization)
    }
    for layer in stack.layers[..<layers] {
      codes.append(try matrix(rows, layer.encoder.outputs))
      preActivations.append(
        layer.encoder.activation.keepsPreActivation ? try matrix(rows, layer.encoder.outputs) : nil)
      if decoding { outputs.append(try matrix(rows, layer.encoder.inputs)) }
    }
  }

  private func matrix(_ rows: Int, _ columns: Int) throws(NumericsError) -> MatrixView {
    let buffer = try FloatBuffer(rows: rows, columns: columns)
    buffers.append(buffer)
    return buffer.matrix(rows: rows, columns: columns)
  }

  /// The code of layer `layer`, [rows, width].
  func code(_ layer: Int, rows: Int) -> MatrixView { codes[layer].rows(0..<rows) }

  /// What the derivative of layer `layer`'s activation is computed from.
  func saved(_ layer: Int, rows: Int) -> MatrixView { (preActivations[layer] ?? codes[layer]).rows(0..<rows) }

  /// The pre-activation of layer `layer`, if it is kept.
  func preActivation(_ layer: Int, rows: Int) -> MatrixView? { preActivations[layer]?.rows(0..<rows) }

  /// The output of layer `layer`'s decoder, [rows, inputs].
  func output(_ layer: Int, rows: Int) -> MatrixView { outputs[layer].rows(0..<rows) }

  /// Brings examples to the scale of the lowest layer, in place.
  func standardize(_ examples: MatrixView) {
    guard let standardizer else { return }
    standardizer.begin(parameters: stack.parameters.base)
    forEachRow(.standardization, examples.rows, width: examples.columns) {
      standardizer.apply(to: examples.row($0))
    }
  }

  /// Brings what the lowest decoder has put out, or a corrupted example, back to the data's own scale, in place.
  func restore(_ examples: MatrixView) {
    guard let standardizer else { return }
    standardizer.begin(parameters: stack.parameters.base)
    forEachRow(.standardization, examples.rows, width: examples.columns) {
      standardizer.restore(examples.row($0))
    }
  }

  /// The clean code after the first `count` layers, of examples that are standardised in place; for none the examples
  /// themselves.
  func encode(_ examples: MatrixView, layers count: Int) -> MatrixView {
    standardize(examples)
    var input = examples
    for layer in 0..<count { input = encode(input, layer: layer) }
    return input
  }

  /// The code of one layer from its input.
  func encode(_ input: MatrixView, layer: Int) -> MatrixView {
    let code = code(layer, rows: input.rows)
    stack.layers[layer].encoder.forward(
      parameters: stack.parameters.base, input: input, output: code,
      preActivation: preActivation(layer, rows: input.rows), packed: packed?.encoders[layer])
    return code
  }

  /// From a code of layer `top` down to examples; the lowest output stays raw, logits or standardised, if asked.
  func decode(_ code: MatrixView, from top: Int, rawOutput: Bool = false) -> MatrixView {
    var code = code
    for layer in stride(from: top, through: 0, by: -1) {
      let output = output(layer, rows: code.rows)
      decode(code, layer: layer, into: output)
      if layer > 0 || !rawOutput { stack.layers[layer].activateOutput(output) }
      code = output
    }
    if !rawOutput { restore(code) }
    return code
  }

  /// The raw output of one layer's decoder.
  func decode(_ code: MatrixView, layer: Int, into output: MatrixView) {
    stack.layers[layer].decode(
      code, parameters: stack.parameters.base, into: output, packed: packed?.decoders[layer])
  }
}
