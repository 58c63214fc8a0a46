import VaelibNetworks
import VaelibNumerics

extension StackedAutoencoder {
  /// The head, or what to do to get one.
  func trainedHead() throws(ModelError) -> any Head {
    guard let head else {
      throw .invalidArgument(
        "the stack has no head yet; fine-tune it with labels or targets (supervised) first")
    }
    return head
  }

  /// Throws, saying what to call first, or instead, unless the stack has a head of one of these kinds, which alone
  /// predict `what`.
  public func requireHead(_ kinds: [HeadKind], toPredict what: String) throws {
    _ = try trainedHead()
    if let kind = headShape?.kind, !kinds.contains(kind) {
      let needed = kinds.map(\.rawValue).joined(separator: " or ")
      throw ModelError.invalidArgument(
        "the stack has a \(kind.rawValue) head, but \(what) are what a \(needed) head predicts")
    }
  }

  /// Calls `body` with the head's outputs for each block, in order of the rows.
  private func forEachOutput(
    _ examples: any ExampleSource, control: RunControl, _ body: (ExampleBlocks.Block, MatrixView) -> Void
  ) throws {
    let layer = try trainedHead().layer
    try forEachBlock(
      examples, upTo: layers.count - 1, control: control,
      makeResults: { try FloatBuffer(rows: $0, columns: layer.outputs) },
      compute: { block, workspace, buffer in
        layer.forward(
          parameters: parameters.base, input: workspace.encode(block.values, layers: layers.count),
          output: buffer.matrix(rows: block.values.rows, columns: layer.outputs), preActivation: nil)
      },
      collect: { block, buffer in
        body(block, buffer.matrix(rows: block.values.rows, columns: layer.outputs))
      })
  }

  /// The means of what the head says of each example, [N, outputs]: probabilities of classes or labels, or targets.
  public func predictMeans(
    _ examples: any ExampleSource, into means: UnsafeMutablePointer<Float>, control: RunControl
  ) throws {
    let rows = try trainedHead().makeRows()
    rows.begin(parameters: parameters.base)
    try forEachOutput(examples, control: control) { block, outputs in
      for row in 0..<outputs.rows {
        rows.writeMean(outputs.row(row), into: means + (block.first + row) * outputs.columns)
      }
    }
  }

  /// The most probable class of each example, given to `receive` in order of the rows.
  public func predictClasses(
    _ examples: any ExampleSource, control: RunControl, receive: (_ row: Int, _ label: Int) -> Void
  ) throws {
    try forEachOutput(examples, control: control) { block, outputs in
      for row in 0..<outputs.rows {
        var best = 0
        for index in 1..<outputs.columns where outputs.row(row)[index] > outputs.row(row)[best] {
          best = index
        }
        receive(block.first + row, best)
      }
    }
  }

  /// Mean loss and, with labels or targets, error, as training reports them: by the weights of the examples.
  func evaluate(
    _ validation: LabeledExamples, _ phase: Phase, _ configuration: TrainingConfiguration,
    control: RunControl
  ) throws -> MetricValues {
    switch phase.kind {
    case .supervised: return try headError(validation, control: control)
    case .unsupervised:
      var (loss, total) = (0.0, 0.0)
      try reconstructionErrors(validation.source, layer: layers.count - 1, control: control) { row, value in
        let weight = Double(validation.weight(row: row))
        loss += weight * value
        total += weight
      }
      return [.loss: loss / total]
    case .pretraining, .fit: return MetricValues()
    }
  }

  private func headError(_ examples: LabeledExamples, control: RunControl) throws -> MetricValues {
    let head = try trainedHead()
    let rows = try head.makeRows()
    rows.begin(parameters: parameters.base)
    let gradient = try FloatBuffer(count: outputs)
    let target = try FloatBuffer(count: headShape?.targetColumns ?? 0)
    var (loss, error, total) = (0.0, 0.0, 0.0)
    try forEachOutput(examples.source, control: control) { block, outputs in
      for row in 0..<outputs.rows {
        examples.copyTarget(place: block.place + row, into: target.base)
        let found = rows.loss(outputs.row(row), of: target.base, gradient: gradient.base, weight: 1)
        let weight = Double(examples.weight(row: block.first + row))
        loss += weight * found.loss
        error += weight * found.error
        total += weight
      }
    }
    return [.loss: loss / total, .error: error / total]
  }
}
