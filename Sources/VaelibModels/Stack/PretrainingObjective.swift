import VaelibNetworks
import VaelibNumerics

/// One layer learns to restore the clean code of the layers below from a corrupted version (Vincent et al. 2008, eq. 5).
///
/// loss = mean over the batch of the emphasised reconstruction loss, times the example's weight if it has one, plus the
/// layer's penalties.
final class PretrainingObjective: TrainingObjective {
  private let stack: StackedAutoencoder
  private let seed: UInt64
  private let index: Int
  private let layer: DenoisingLayer
  private let corruption: Corruption
  private let check: ExampleCheck
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
    workspace = try StackWorkspace(stack, layers: index + 1, rows: rows, decoding: true)
    corrupted = try FloatBuffer(rows: rows, columns: layer.encoder.inputs)
    emphasis = try FloatBuffer(rows: rows, columns: layer.encoder.inputs)
    outputGradient = try FloatBuffer(rows: rows, columns: layer.encoder.inputs)
    codeGradient = try FloatBuffer(rows: rows, columns: layer.encoder.outputs)
    losses = .allocate(capacity: rows)
  }

  deinit { losses.deallocate() }

  var parameters: FloatBuffer { stack.parameters }
  var trained: [Range<Int>] { layer.trained }

  func compute(
    _ batch: Batch, gradients: UnsafeMutablePointer<Float>
  ) throws(ModelError) -> MetricValues {
    let parameters = stack.parameters.base
    let rows = batch.rows
    try check.check(batch.examples, places: batch.places)
    try refusePart(batch)
    let clean = workspace.encode(batch.examples, layers: index)
    let input = corrupted.matrix(rows: rows, columns: clean.columns)
    corrupt(clean, into: input, batch)
    let code = workspace.encode(input, layer: index)
    let output = workspace.output(index, rows: rows)
    layer.decode(code, parameters: parameters, into: output)
    let outputGradient = outputGradient.matrix(rows: rows, columns: clean.columns)
    reconstructionGradient(output, of: clean, batch, into: outputGradient)
    let codeGradient = codeGradient.matrix(rows: rows, columns: code.columns)
    layer.decoderBackward(
      code, gradient: outputGradient, parameters: parameters, gradients: gradients, codeGradient: codeGradient
    )
    var loss = batch.mean { losses[$0] }
    loss += profiled(.penalties) { layer.addSparsity(code, batch, codeGradient: codeGradient) }
    multiplyActivationDerivative(into: codeGradient)
    loss += encoderBackward(input, code, codeGradient, batch, gradients)
    loss += profiled(.penalties) {
      layer.addWeightPenalty(share: batch.share, parameters: parameters, gradients: gradients)
    }
    return [.loss: loss]
  }

  /// The sparsity penalty is not a mean over examples: it needs the activations of the whole batch.
  private func refusePart(_ batch: Batch) throws(ModelError) {
    if layer.configuration.sparsityWeight > 0, batch.globalRows > batch.rows {
      throw .invalidArgument(
        "layer \(index) has sparsity_weight \(layer.configuration.sparsityWeight), whose penalty needs the whole "
          + "batch, but global_rows is \(batch.globalRows) and the batch has \(batch.rows) rows")
    }
  }

  private func corrupt(_ clean: MatrixView, into input: MatrixView, _ batch: Batch) {
    let (alpha, beta) = (
      Float(layer.configuration.corruptedWeight), Float(layer.configuration.untouchedWeight)
    )
    forEachRow(.random, clean.rows, width: clean.columns * 2) { row in
      let touched = emphasis.base + row * clean.columns
      input.row(row).update(from: clean.row(row), count: clean.columns)
      corruption.corrupt(
        input.row(row), count: clean.columns,
        stream: RandomPurpose.corruption.stream(
          seed: seed, epoch: batch.epoch, example: batch.places[row]),
        touched: touched)
      for column in 0..<clean.columns { touched[column] = touched[column] == 1 ? alpha : beta }
    }
  }

  private func reconstructionGradient(
    _ output: MatrixView, of clean: MatrixView, _ batch: Batch, into gradient: MatrixView
  ) {
    forEachRow(.likelihood, clean.rows, width: clean.columns * 2) { row in
      losses[row] = layer.loss(
        output: output.row(row), of: clean.row(row), emphasis: emphasis.base + row * clean.columns,
        gradient: gradient.row(row), weight: batch.share(of: row))
    }
  }

  private func multiplyActivationDerivative(into codeGradient: MatrixView) {
    let saved = workspace.saved(index, rows: codeGradient.rows)
    forEachRow(.activations, codeGradient.rows, width: codeGradient.columns) { row in
      layer.encoder.activation.multiplyDerivative(
        into: codeGradient.row(row), saved: saved.row(row), count: codeGradient.columns)
    }
  }

  /// Adds to what the decoder left for tied weights; returns the contractive penalty.
  private func encoderBackward(
    _ input: MatrixView, _ code: MatrixView, _ gradient: MatrixView, _ batch: Batch,
    _ gradients: UnsafeMutablePointer<Float>
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
      penalty = profiled(.penalties) {
        layer.addContraction(
          code, preActivation: workspace.preActivation(index, rows: code.rows), batch,
          parameters: parameters, gradients: gradients, preActivationGradient: gradient)
      }
    }
    layer.encoder.backward(
      parameters: parameters, gradients: gradients, input: input, gradient: gradient, inputGradient: nil,
      below: nil, accumulate: tied || contracts)
    return penalty
  }
}
