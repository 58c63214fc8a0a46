import Glibc
import VaelibNetworks
import VaelibNumerics

/// All layers and the classifier learn labels: the mean of -log softmax(logits)[label], with dropout on the codes.
final class SupervisedObjective: TrainingObjective {
  private let stack: StackedAutoencoder
  private let classifier: DenseLayer
  private let dropout: Double
  private let seed: UInt64
  private let check: ExampleCheck
  private let workspace: StackWorkspace
  private var buffers: [FloatBuffer] = []
  /// What the next layer sees: the codes with units left out, [rows, width].
  private var dropped: [MatrixView] = []
  /// 0 or 1 / (1 - dropout) for each unit; empty without dropout.
  private var masks: [MatrixView] = []
  private var gradients: [MatrixView] = []
  private var logits: MatrixView
  private var logitGradient: MatrixView
  private let losses: UnsafeMutablePointer<(loss: Double, wrong: Bool)>

  init(
    _ stack: StackedAutoencoder, dropout: Double, seed: UInt64, rows: Int
  ) throws {
    guard let classifier = stack.classifier else {
      throw ModelError.invalidArgument(
        "the stack has no classifier yet: add one (vaelib_stack_add_classifier), or fine-tune it with labels")
    }
    self.stack = stack
    self.classifier = classifier
    self.dropout = dropout
    self.seed = seed
    check = stack.exampleCheck
    workspace = try StackWorkspace(stack, layers: stack.layers.count, rows: rows, decoding: false)
    var buffers: [FloatBuffer] = []
    func matrix(_ columns: Int) throws(NumericsError) -> MatrixView {
      let buffer = try FloatBuffer(rows: rows, columns: columns)
      buffers.append(buffer)
      return buffer.matrix(rows: rows, columns: columns)
    }
    for layer in stack.layers {
      gradients.append(try matrix(layer.encoder.outputs))
      if dropout > 0 {
        dropped.append(try matrix(layer.encoder.outputs))
        masks.append(try matrix(layer.encoder.outputs))
      }
    }
    logits = try matrix(classifier.outputs)
    logitGradient = try matrix(classifier.outputs)
    losses = .allocate(capacity: rows)
    self.buffers = buffers
  }

  deinit { losses.deallocate() }

  var parameters: FloatBuffer { stack.parameters }
  var trained: [Range<Int>] {
    stack.layers.flatMap(\.encoder.tensors) + classifier.tensors
  }

  func compute(
    _ batch: Batch, gradients: UnsafeMutablePointer<Float>
  ) throws(ModelError) -> MetricValues {
    try check.check(batch.examples, places: batch.places)
    forward(batch)
    forEachRow(.likelihood, batch.rows, width: classifier.outputs * 16) { row in
      let (loss, best) = softmaxCrossEntropy(
        logits.row(row), label: batch.labels[row], count: classifier.outputs,
        gradient: logitGradient.row(row), weight: batch.rowWeight)
      losses[row] = (loss, best != batch.labels[row])
    }
    backward(batch.examples, gradients: gradients)
    return [
      .loss: batch.mean { losses[$0].loss }, .error: batch.mean { losses[$0].wrong ? 1 : 0 },
    ]
  }

  /// What layer `index` + 1 sees.
  private func passedOn(_ index: Int, rows: Int) -> MatrixView {
    dropout > 0 ? dropped[index].rows(0..<rows) : workspace.code(index, rows: rows)
  }

  private func forward(_ batch: Batch) {
    let rows = batch.rows
    workspace.standardize(batch.examples)
    var input = batch.examples
    for index in stack.layers.indices {
      let code = workspace.encode(input, layer: index)
      if dropout > 0 { leaveOut(code, layer: index, batch) }
      input = passedOn(index, rows: rows)
    }
    classifier.forward(
      parameters: stack.parameters.base, input: input, output: logits.rows(0..<rows), preActivation: nil)
  }

  private func leaveOut(_ code: MatrixView, layer: Int, _ batch: Batch) {
    let kept = Float(1 / (1 - dropout))
    forEachRow(.random, code.rows, width: code.columns * 2) { row in
      let mask = masks[layer].row(row)
      RandomPurpose.dropout.stream(seed: seed, epoch: batch.epoch, example: batch.places[row])
        .uniforms(into: mask, count: code.columns, firstBlock: UInt32(layer * Corruption.blocksPerLayer))
      let out = dropped[layer].row(row)
      for unit in 0..<code.columns {
        mask[unit] = mask[unit] >= Float(dropout) ? kept : 0
        out[unit] = mask[unit] * code.row(row)[unit]
      }
    }
  }

  private func backward(_ examples: MatrixView, gradients array: UnsafeMutablePointer<Float>) {
    let rows = examples.rows
    let parameters = stack.parameters.base
    var above: DenseLayer = classifier
    var gradient = logitGradient.rows(0..<rows)
    for index in stack.layers.indices.reversed() {
      let layer = stack.layers[index].encoder
      let below = gradients[index].rows(0..<rows)
      above.backward(
        parameters: parameters, gradients: array, input: passedOn(index, rows: rows), gradient: gradient,
        inputGradient: below, below: (layer.activation, workspace.saved(index, rows: rows)))
      if dropout > 0 { multiply(below, by: masks[index]) }
      above = layer
      gradient = below
    }
    above.backward(
      parameters: parameters, gradients: array, input: examples, gradient: gradient, inputGradient: nil,
      below: nil)
  }

  private func multiply(_ gradient: MatrixView, by mask: MatrixView) {
    forEachRow(.activations, gradient.rows, width: gradient.columns) { row in
      for unit in 0..<gradient.columns { gradient.row(row)[unit] *= mask.row(row)[unit] }
    }
  }
}

/// -log softmax(logits)[label] and the most probable class; gradient = weight (softmax(logits) - one-hot(label)).
func softmaxCrossEntropy(
  _ logits: UnsafePointer<Float>, label: Int, count: Int, gradient: UnsafeMutablePointer<Float>, weight: Float
) -> (loss: Double, best: Int) {
  var best = 0
  for index in 1..<max(1, count) where logits[index] > logits[best] { best = index }
  let highest = Double(logits[best])
  let sum = (0..<count).reduce(0.0) { $0 + exp(Double(logits[$1]) - highest) }
  for index in 0..<count {
    let probability = exp(Double(logits[index]) - highest) / sum
    gradient[index] = weight * Float(probability - (index == label ? 1 : 0))
  }
  return (highest + log(sum) - Double(logits[label]), best)
}
