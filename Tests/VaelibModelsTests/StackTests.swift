import Testing
import VaelibModels
import VaelibNumerics

@Suite struct StackTests {
  private func stack(_ change: (inout StackConfiguration) -> Void = { _ in }) throws -> StackedAutoencoder {
    var configuration = StackConfiguration()
    configuration.dataDimension = 12
    var layer = LayerConfiguration()
    layer.width = 10
    layer.loss = .crossEntropy
    layer.activation = .sigmoid
    layer.loss = .crossEntropy
    layer.corruptionLevel = 0.2
    configuration.layers = [layer, layer]
    change(&configuration)
    return try StackedAutoencoder(configuration)
  }

  private func values(_ stack: StackedAutoencoder) -> [Float] {
    (0..<stack.parameters.count).map { stack.parameters.base[$0] }
  }

  /// Patterns alternate between two kinds, so the label is the row's parity.
  private func labeled(rows: Int) throws -> LabeledExamples {
    LabeledExamples(try TestExamples.patterns(rows: rows).source, labels: (0..<rows).map { $0 % 2 })
  }

  private func training(_ change: (inout TrainingConfiguration) -> Void = { _ in }) -> TrainingConfiguration {
    .small {
      $0.epochs = 20
      $0.dropout = 0
      change(&$0)
    }
  }

  @Test func pretrainsLayerByLayerAndThenLearnsLabels() throws {
    let stack = try stack()
    let examples = try labeled(rows: 200)
    _ = try stack.pretrain(examples.source, configuration: training())
    let layers = Array(repeating: 0.0, count: 20) + Array(repeating: 1.0, count: 20)
    #expect(stack.record.history[.layer] == layers)
    let losses = stack.record.history[.loss]
    #expect(losses[19] < losses[0] - 0.5)
    #expect(losses[39] < losses[20])
    _ = try stack.finetune(
      examples, validation: labeled(rows: 50), kind: .supervised, configuration: training())
    #expect(stack.classes == 2)
    #expect(stack.record.history[.error].last == 0)
    #expect(stack.record.history[Series(.error, validation: true)].last == 0)
    var wrong = 0
    let test = try labeled(rows: 60)
    try stack.predictClasses(test.source, control: RunControl()) { wrong += $1 == $0 % 2 ? 0 : 1 }
    #expect(wrong == 0)
  }

  @Test func pretrainingALayerLeavesTheOthers() throws {
    let stack = try stack { $0.layers[1].epochs = 1 }
    let before = values(stack)
    let control = RunControl(report: { !($0.kind == .epoch && $0.phase?.layer == 0) })
    #expect(throws: ModelError.cancelled) {
      _ = try stack.pretrain(
        try labeled(rows: 30).source, configuration: training { $0.epochs = 1 }, control: control)
    }
    let after = values(stack)
    let second = stack.layout.tensors.first { $0.name == "layers/1/weight" }?.offset ?? 0
    #expect(before[..<second] != after[..<second])
    #expect(before[second...] == after[second...])
  }

  @Test func unsupervisedFineTuningLowersTheError() throws {
    let stack = try stack()
    let examples = try labeled(rows: 200)
    _ = try stack.pretrain(examples.source, configuration: training())
    func error() throws -> Double {
      var sum = 0.0
      try stack.reconstructionErrors(examples.source, layer: 1, control: RunControl()) { sum += $1 }
      return sum / 200
    }
    let before = try error()
    _ = try stack.finetune(examples, validation: nil, kind: .unsupervised, configuration: training())
    #expect(try error() < before)
  }

  @Test func threadsDoNotChangeTheBits() throws {
    func train(threads: Int) throws -> [Float] {
      WorkerPool.shared.setThreads(threads)
      defer { WorkerPool.shared.setThreads(0) }
      let stack = try stack()
      let examples = try labeled(rows: 100)
      _ = try stack.pretrain(examples.source, configuration: training())
      _ = try stack.finetune(
        examples, validation: nil, kind: .supervised, configuration: training { $0.dropout = 0.3 })
      return values(stack)
    }
    #expect(try train(threads: 1) == train(threads: 4))
  }

  @Test(arguments: [
    ([0, 1, 3, 1], "none is 2"), ([0, 0, 0, 0], "label 0 only"), ([0, -1, 1, 1], "row 1"),
  ])
  func unsuitableLabelsAreRefused(labels: [Int], what: String) throws {
    let stack = try stack()
    let source = try TestExamples.patterns(rows: 4).source
    let error = #expect(throws: ModelError.self) {
      _ = try stack.finetune(
        LabeledExamples(source, labels: labels), validation: nil, kind: .supervised,
        configuration: training())
    }
    #expect(error?.description.contains(what) == true)
    #expect(stack.classes == 0)
  }

  @Test func predictingBeforeFineTuningSaysWhatToDo() throws {
    let error = #expect(throws: ModelError.self) {
      try stack().predictClasses(try labeled(rows: 4).source, control: RunControl()) { _, _ in }
    }
    #expect(error?.description.contains("fine-tune it with labels") == true)
  }

  @Test func whatDoesNotFitTogetherIsRefused() {
    for change: (inout StackConfiguration) -> Void in [
      { $0.layers[0].corruptionLevel = 1.1 }, { $0.layers[0].activation = .tanh },
      {
        $0.layers[0].corruption = .gaussian
        $0.layers[0].corruptedWeight = 2
      },
      {
        $0.layers[0].activation = .relu
        $0.layers[1].loss = .squaredError
        $0.layers[0].sparsityWeight = 1
      }, { $0.layers = [] }, { $0.layers[1].corruptionLow = 5 },
    ] {
      #expect(throws: ModelError.self) {
        try stack {
          $0.layers[1].corruption = .saltAndPepper
          change(&$0)
        }
      }
    }
  }
}
