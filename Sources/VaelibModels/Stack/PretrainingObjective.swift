import VaelibNetworks
import VaelibNumerics

/// One layer learns to restore the clean code of the layers below from a corrupted version (Vincent et al. 2008, eq. 5).
///
/// loss = mean over the batch of the emphasised reconstruction loss, plus the layer's penalties.
final class PretrainingObjective: TrainingObjective {
  private let stack: StackedAutoencoder
  private let seed: UInt64
  private let index: Int
  private let layer: DenoisingLayer
  private let corruption: Corruption
  private let check: ExampleCheck
  private let memory: BatchMemory
  private let workspace: StackWorkspace
  /// The corrupted input, the emphasis of each component, the gradient at the output: [rows, inputs].
  private let corrupted: FloatBuffer
  private let emphasis: FloatBuffer
  private let outputGradient: FloatBuffer
  /// [rows, width].
  private let codeGradient: FloatBuffer
  private let losses: UnsafeMutablePointer<Double>

  init(
    _ stack: StackedAutoencoder, layer index: Int, inputRange: ClosedRange<Float>? = nil, seed: UInt64,
    rows: Int
  ) throws {
    self.stack = stack
    self.seed = seed
    self.index = index
    layer = stack.layers[index]
    corruption = Corruption(layer.configuration, layer: index, inputRange: inputRange)
    check = stack.exampleCheck
    memory = try BatchMemory(rows: rows, columns: stack.configuration.dataDimension)
    workspace = try StackWorkspace(stack, layers: index + 1, rows: rows, decoding: true)
    corrupted = try FloatBuffer(rows: rows, columns: layer.encoder.inputs)
    emphasis = try FloatBuffer(rows: rows, columns: layer.encoder.inputs)
    outputGradient = try FloatBuffer(rows: rows, columns: layer.encoder.inputs)
    codeGradient = try FloatBuffer(rows: rows, columns: layer.encoder.outputs)
    losses = .allocate(capacity: rows)
  }

  deinit { losses.deallocate() }

  var parameters: FloatBuffer { stack.parameters }
  var trained: [Range<Int>] { [layer.trained] }
  var batch: MatrixView { memory.matrix }
  var places: UnsafeMutablePointer<Int> { memory.places }

  func compute(
    rows: Int, epoch: Int, time: Double, gradients: UnsafeMutablePointer<Float>
  ) throws(ModelError) -> StepTerms {
    let parameters = stack.parameters.base
    let examples = batch.rows(0..<rows)
    try check.check(examples, places: places)
    let clean = workspace.encode(examples, layers: index)
    let input = corrupted.matrix(rows: rows, columns: clean.columns)
    corrupt(clean, into: input, epoch: epoch)
    let code = workspace.encode(input, layer: index)
    let output = workspace.output(index, rows: rows)
    layer.decode(code, parameters: parameters, into: output)
    let outputGradient = outputGradient.matrix(rows: rows, columns: clean.columns)
    reconstructionGradient(output, of: clean, into: outputGradient)
    let codeGradient = codeGradient.matrix(rows: rows, columns: code.columns)
    layer.decoderBackward(
      code, gradient: outputGradient, parameters: parameters, gradients: gradients, codeGradient: codeGradient
    )
    var loss = (0..<rows).reduce(0) { $0 + losses[$1] } / Double(rows)
    loss += layer.addSparsity(code, codeGradient: codeGradient)
    multiplyActivationDerivative(into: codeGradient)
    loss += encoderBackward(input, code, codeGradient, gradients)
    loss += layer.addWeightPenalty(parameters: parameters, gradients: gradients)
    return StepTerms(loss: loss)
  }

  private func corrupt(_ clean: MatrixView, into input: MatrixView, epoch: Int) {
    let (alpha, beta) = (
      Float(layer.configuration.corruptedWeight), Float(layer.configuration.untouchedWeight)
    )
    forEachRow(clean.rows, width: clean.columns * 2) { row in
      let touched = emphasis.base + row * clean.columns
      input.row(row).update(from: clean.row(row), count: clean.columns)
      corruption.corrupt(
        input.row(row), count: clean.columns,
        stream: RandomPurpose.corruption.stream(seed: seed, epoch: epoch, example: places[row]),
        touched: touched)
      for column in 0..<clean.columns { touched[column] = touched[column] == 1 ? alpha : beta }
    }
  }

  private func reconstructionGradient(_ output: MatrixView, of clean: MatrixView, into gradient: MatrixView) {
    let weight = 1 / Float(clean.rows)
    forEachRow(clean.rows, width: clean.columns * 2) { row in
      losses[row] = layer.loss(
        output: output.row(row), of: clean.row(row), emphasis: emphasis.base + row * clean.columns,
        gradient: gradient.row(row), weight: weight)
    }
  }

  private func multiplyActivationDerivative(into codeGradient: MatrixView) {
    let saved = workspace.saved(index, rows: codeGradient.rows)
    forEachRow(codeGradient.rows, width: codeGradient.columns) { row in
      layer.encoder.activation.multiplyDerivative(
        into: codeGradient.row(row), saved: saved.row(row), count: codeGradient.columns)
    }
  }

  /// Adds to what the decoder left for tied weights; returns the contractive penalty.
  private func encoderBackward(
    _ input: MatrixView, _ code: MatrixView, _ gradient: MatrixView, _ gradients: UnsafeMutablePointer<Float>
  ) -> Double {
    let parameters = stack.parameters.base
    let tied = layer.decoderWeight == nil
    let contracts = layer.configuration.contractionWeight > 0
    var penalty = 0.0
    if contracts {
      // The penalty adds to gradients of W, so they must have a value first.
      if !tied {
        (gradients + layer.encoder.weight.offset).update(repeating: 0, count: layer.encoder.weight.count)
      }
      penalty = layer.addContraction(
        code, preActivation: workspace.preActivation(index, rows: code.rows), parameters: parameters,
        gradients: gradients, preActivationGradient: gradient)
    }
    layer.encoder.backward(
      parameters: parameters, gradients: gradients, input: input, gradient: gradient, inputGradient: nil,
      below: nil, accumulate: tied || contracts)
    return penalty
  }
}
