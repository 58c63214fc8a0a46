import VaelibNetworks
import VaelibNumerics

/// All layers and the head learn labels or targets: the mean of the head's loss, with dropout on the codes.
final class SupervisedObjective: TrainingObjective {
  private let stack: StackedAutoencoder
  private let head: any Head
  private let headRows: any HeadRows
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
  private var outputs: MatrixView
  private var outputGradient: MatrixView
  private let losses: UnsafeMutablePointer<(loss: Double, error: Double)>

  init(
    _ stack: StackedAutoencoder, dropout: Double, seed: UInt64, rows: Int
  ) throws {
    guard let head = stack.head else {
      throw ModelError.invalidArgument(
        "the stack has no head yet: add one (vaelib_stack_add_head), or fine-tune it with labels or targets")
    }
    self.stack = stack
    self.head = head
    headRows = try head.makeRows()
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
    outputs = try matrix(head.layer.outputs)
    outputGradient = try matrix(head.layer.outputs)
    losses = .allocate(capacity: rows)
    self.buffers = buffers
  }

  deinit { losses.deallocate() }

  var parameters: FloatBuffer { stack.parameters }
  var trained: [Range<Int>] {
    stack.layers.flatMap(\.encoder.tensors) + head.layer.tensors
  }

  func compute(
    _ batch: Batch, gradients: UnsafeMutablePointer<Float>
  ) throws(ModelError) -> MetricValues {
    try check.check(batch.examples, places: batch.places)
    forward(batch)
    headRows.begin(parameters: stack.parameters.base)
    forEachRow(.likelihood, batch.rows, width: head.layer.outputs * 16) { row in
      losses[row] = headRows.loss(
        outputs.row(row), of: batch.targets.row(row), gradient: outputGradient.row(row),
        weight: batch.share(of: row))
    }
    backward(batch.examples, gradients: gradients)
    return [.loss: batch.mean { losses[$0].loss }, .error: batch.mean { losses[$0].error }]
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
    head.layer.forward(
      parameters: stack.parameters.base, input: input, output: outputs.rows(0..<rows), preActivation: nil)
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
    var above = head.layer
    var gradient = outputGradient.rows(0..<rows)
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
