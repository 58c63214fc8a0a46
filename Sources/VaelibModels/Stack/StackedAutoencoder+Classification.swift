import Glibc
import VaelibNetworks
import VaelibNumerics

extension StackedAutoencoder {
  /// The classifier, or what to do to get one.
  func trainedClassifier() throws(ModelError) -> DenseLayer {
    guard let classifier else {
      throw .invalidArgument("the stack has no classifier yet; fine-tune it with labels (supervised) first")
    }
    return classifier
  }

  /// Throws, saying what to call first, if the stack has no classifier.
  public func requireClassifier() throws { _ = try trainedClassifier() }

  /// Calls `body` with the logits of each block, in order of the rows.
  private func forEachLogits(
    _ examples: any ExampleSource, control: RunControl, _ body: (ExampleBlocks.Block, MatrixView) -> Void
  ) throws {
    let classifier = try trainedClassifier()
    try forEachBlock(
      examples, upTo: layers.count - 1, control: control,
      makeResults: { try FloatBuffer(rows: $0, columns: classes) },
      compute: { block, workspace, buffer in
        classifier.forward(
          parameters: parameters.base, input: workspace.encode(block.values, layers: layers.count),
          output: buffer.matrix(rows: block.values.rows, columns: classes), preActivation: nil)
      },
      collect: { block, buffer in body(block, buffer.matrix(rows: block.values.rows, columns: classes)) })
  }

  /// Softmax of the classifier's output, [N, classes].
  public func probabilities(
    _ examples: any ExampleSource, into probabilities: UnsafeMutablePointer<Float>, control: RunControl
  ) throws {
    try forEachLogits(examples, control: control) { block, logits in
      for row in 0..<logits.rows {
        let out = probabilities + (block.first + row) * classes
        let highest = (0..<classes).reduce(-Float.infinity) { max($0, logits.row(row)[$1]) }
        let sum = (0..<classes).reduce(0.0) { $0 + exp(Double(logits.row(row)[$1] - highest)) }
        for index in 0..<classes { out[index] = Float(exp(Double(logits.row(row)[index] - highest)) / sum) }
      }
    }
  }

  /// The most probable class of each example, given to `receive` in order of the rows.
  public func predict(
    _ examples: any ExampleSource, control: RunControl, receive: (_ row: Int, _ label: Int) -> Void
  ) throws {
    try forEachLogits(examples, control: control) { block, logits in
      for row in 0..<logits.rows {
        var best = 0
        for index in 1..<classes where logits.row(row)[index] > logits.row(row)[best] { best = index }
        receive(block.first + row, best)
      }
    }
  }

  /// Mean loss and, with labels, the share of wrong ones, as training reports them.
  func evaluate(
    _ validation: LabeledExamples, _ phase: Phase, _ configuration: TrainingConfiguration,
    control: RunControl
  ) throws -> MetricValues {
    switch phase.kind {
    case .supervised: return try classificationError(validation, control: control)
    case .unsupervised:
      var loss = 0.0
      try reconstructionErrors(validation.source, layer: layers.count - 1, control: control) { loss += $1 }
      return [.loss: loss / Double(validation.source.rows)]
    case .pretraining, .fit: return MetricValues()
    }
  }

  private func classificationError(_ examples: LabeledExamples, control: RunControl) throws -> MetricValues {
    let rows = Double(examples.source.rows)
    var (loss, wrong) = (0.0, 0.0)
    let scratch = try FloatBuffer(count: classes)
    try forEachLogits(examples.source, control: control) { block, logits in
      for row in 0..<logits.rows {
        let label = examples.label(place: block.place + row)
        let found = softmaxCrossEntropy(
          logits.row(row), label: label, count: classes, gradient: scratch.base, weight: 1)
        loss += found.loss
        wrong += found.best == label ? 0 : 1
      }
    }
    return [.loss: loss / rows, .error: wrong / rows]
  }
}
