import Testing
import VaelibModels
import VaelibNetworks
import VaelibNumerics

@testable import VaelibStorage

/// Trainings that are cancelled wherever they ask, and go on from their checkpoints, against uninterrupted ones.
@Suite struct CheckpointTests {
  /// A training from the beginning, or from the checkpoint in a file; returns the bits of its outcome.
  typealias Train = (_ path: String?, _ isCancelled: @escaping () -> Bool) throws -> [UInt64]

  /// Cancels at question k for every k, then goes on; then goes on after each single question. A streamed training asks
  /// more or less often, as it has to wait for its blocks.
  private func check(isStreamed: Bool, _ train: Train) throws {
    let expected = try train(nil) { false }
    var questions = 0
    _ = try train(nil) {
      questions += 1
      return false
    }
    #expect(questions > 10)
    let scratch = try Scratch()
    for stop in 1...questions {
      let path = scratch.file("\(stop).h5")
      guard try isCancelled(train, path, after: stop) else {
        #expect(isStreamed && stop > 10)
        break
      }
      #expect(try train(path) { false } == expected, "cancelled at question \(stop)")
    }
    var calls = 0
    let path = scratch.file("chain.h5")
    // Two questions a call: the range of a layer's inputs is looked for anew in each.
    while try isCancelled(train, path, after: 4), calls <= questions { calls += 1 }
    #expect(calls > 2)
    #expect(try train(path) { false } == expected)
  }

  private func isCancelled(_ train: Train, _ path: String, after stop: Int) throws -> Bool {
    var left = stop
    do {
      _ = try train(path) {
        left -= 1
        return left <= 0
      }
      return false
    } catch ModelError.cancelled {
      return true
    }
  }

  private func checkpoints<Model: CheckpointedModel>(_ path: String?) -> TrainingCheckpoints<Model>? {
    path.map { TrainingCheckpoints(CheckpointFile($0, libraryVersion: "test"), CheckpointSchedule()) }
  }

  // MARK: Variational auto-encoders

  @Test(arguments: vaeCases, [false, true])
  func autoencodersGoOnFromEveryStep(_ which: VAECase, isStreamed: Bool) throws {
    let (examples, validation) = (try source(37, isStreamed), try source(11, isStreamed))
    var training = TrainingConfiguration()
    training.epochs = 3
    training.batchSize = 8
    training.learningRate = 0.01
    training.schedule = .constant
    training.gradientClipNorm = 0
    training.seed = 6
    which.change(&training)
    var warnings: [String] = []
    try check(isStreamed: isStreamed) { path, isCancelled in
      var configuration = VAEConfiguration()
      configuration.dataDimension = 6
      configuration.latentDimension = 2
      configuration.hidden = [4]
      configuration.activation = .tanh
      configuration.likelihood = .bernoulli
      which.architecture(&configuration)
      let model = try VariationalAutoencoder(configuration)
      warnings += try model.fit(
        examples, validation: validation, configuration: training, checkpoints: checkpoints(path),
        control: RunControl(isCancelled: isCancelled))
      return bits(model.parameters) + bits(model.record.history)
    }
    if let expected = which.warning { #expect(warnings.contains { $0.contains(expected) }) }
  }

  /// The case above would test nothing if the limit never bound.
  @Test func theLimitOfGradientsBindsWhereItIsTested() throws {
    func train(_ limit: Double) throws -> [Double] {
      var configuration = VAEConfiguration()
      (configuration.dataDimension, configuration.latentDimension) = (6, 2)
      configuration.hidden = [4]
      configuration.activation = .tanh
      Self.unsteady(&configuration)
      let model = try VariationalAutoencoder(configuration)
      var training = TrainingConfiguration()
      (training.epochs, training.batchSize, training.seed) = (3, 8, 6)
      (training.optimizer, training.learningRate, training.schedule) = (.sgd, 0.1, .constant)
      training.gradientClipNorm = limit
      _ = try model.fit(try source(37, false), configuration: training)
      return model.record.history[.loss]
    }
    #expect(try train(Double(automaticNumber)) != train(0))
  }

  // MARK: Stacks

  @Test(arguments: stackCases, [false, true])
  func stacksGoOnFromEveryStep(_ which: StackCase, isStreamed: Bool) throws {
    let (examples, validation) = (try source(37, isStreamed), try source(11, isStreamed))
    var pretraining = TrainingConfiguration()
    pretraining.epochs = 2
    pretraining.batchSize = 8
    pretraining.learningRate = 0.05
    pretraining.schedule = .constant
    pretraining.gradientClipNorm = 0
    pretraining.seed = 6
    var finetuning = pretraining
    which.change(&finetuning)
    pretraining.optimizer = finetuning.optimizer
    try check(isStreamed: isStreamed) { path, isCancelled in
      var configuration = StackConfiguration()
      configuration.dataDimension = 6
      configuration.layers = [5, 4].map { width in
        var layer = LayerConfiguration()
        layer.width = width
        layer.loss = .crossEntropy
        layer.activation = .sigmoid
        layer.loss = .crossEntropy
        which.layer(&layer)
        return layer
      }
      let stack = try StackedAutoencoder(configuration)
      let control = RunControl(isCancelled: isCancelled)
      _ = try stack.pretrain(
        examples, configuration: pretraining, checkpoints: checkpoints(path), control: control)
      _ = try stack.finetune(
        labeled(examples), validation: labeled(validation), kind: which.phase, configuration: finetuning,
        checkpoints: checkpoints(path), control: control)
      return bits(stack.parameters) + bits(stack.record.history)
    }
  }

  // MARK: What ends otherwise

  /// Both trainings leave the finite numbers in the middle of an epoch, and go back to the weights before it.
  @Test func aTrainingThatDivergesAfterItsCheckpointGoesBackToTheSameWeights() throws {
    let examples = try source(37, false)
    var training = TrainingConfiguration()
    training.epochs = 50
    training.batchSize = 2
    training.optimizer = .sgd
    training.learningRate = 0.2
    training.schedule = .constant
    training.gradientClipNorm = 0
    let scratch = try Scratch()
    func train(_ path: String?, _ stop: Int) throws -> (bits: [UInt64], error: ModelError) {
      var configuration = VAEConfiguration()
      configuration.dataDimension = 6
      configuration.likelihood = .gaussian
      configuration.options.variance = .fixed
      configuration.options.standardize = 0
      configuration.latentDimension = 2
      configuration.options.noiseStddev = 0.01
      configuration.hidden = [4]
      configuration.activation = .tanh
      let model = try VariationalAutoencoder(configuration)
      var left = stop
      do {
        _ = try model.fit(
          examples, configuration: training, checkpoints: checkpoints(path),
          control: RunControl(isCancelled: {
            left -= 1
            return left == 0
          }))
      } catch let error as ModelError {
        return (bits(model.parameters), error)
      }
      throw ModelError.invalidArgument("the training should have diverged")
    }
    let whole = try train(nil, 0)
    guard case .numerical(let text) = whole.error else {
      Issue.record("\(whole.error)")
      return
    }
    #expect(!text.contains("batch 1:"))
    for stop in 1...100 {
      let path = scratch.file("\(stop).h5")
      let cut = try train(path, stop)
      if cut.error != .cancelled {
        #expect(stop > 2)
        break
      }
      let resumed = try train(path, 0)
      #expect(resumed.bits == whole.bits)
      #expect(resumed.error == whole.error)
    }
  }

  /// A file with a value that is not allowed, read after the checkpoint: the model is as it was before this call.
  @Test func aTrainingThatMeetsBadDataLeavesTheModelAsItWas() throws {
    let (examples, bad) = (try source(37, true), try source(37, true))
    var training = TrainingConfiguration()
    training.epochs = 2
    training.batchSize = 8
    var configuration = VAEConfiguration()
    configuration.dataDimension = 6
    configuration.likelihood = .bernoulli
    let path = try Scratch()
    let first = try VariationalAutoencoder(configuration)
    var left = 2
    #expect(throws: ModelError.cancelled) {
      try first.fit(
        examples, configuration: training, checkpoints: checkpoints(path.file("run.h5")),
        control: RunControl(isCancelled: {
          left -= 1
          return left == 0
        }))
    }
    let second = try VariationalAutoencoder(configuration)
    let before = bits(second.parameters)
    (bad as? Blocks)?.failsAfterSample = true
    #expect(throws: ModelError.self) {
      try second.fit(bad, configuration: training, checkpoints: checkpoints(path.file("run.h5")))
    }
    #expect(bits(second.parameters) == before)
    #expect(second.record.history.count == 0)
  }

  // MARK: Data

  /// All columns but the time that epochs took.
  private func bits(_ history: TrainingHistory) -> [UInt64] {
    history.series.filter { $0.metric != .seconds }.flatMap { series in
      history[series].map { ($0.isNaN ? -1 : $0).bitPattern }
    }
  }

  private func bits(_ buffer: FloatBuffer) -> [UInt64] { buffer.elements.map { UInt64($0.bitPattern) } }

  private func labeled(_ source: any ExampleSource) -> LabeledExamples {
    LabeledExamples(source, labels: (0..<source.rows).map { $0 % 3 })
  }

  private func source(_ rows: Int, _ isStreamed: Bool) throws -> any ExampleSource {
    let buffer = try FloatBuffer(rows: rows, columns: 6)
    for index in 0..<buffer.count { buffer.base[index] = Float((index * 7 + index / 6 * 5) % 11) / 10 }
    let array = ArraySource(
      .dense(.dense(base: buffer.base, elementType: .float32, rows: rows, columns: 6)), owner: buffer)
    return isStreamed ? Blocks(array) : array
  }

  /// Read in blocks of 5 rows, 3 at a time.
  private final class Blocks: StoredExamples, @unchecked Sendable {
    private let whole: ArraySource
    var failsAfterSample = false
    init(_ whole: ArraySource) { self.whole = whole }
    var rows: Int { whole.rows }
    var columns: Int { whole.columns }
    var scale: Double { 1 }
    var shift: Double { 0 }
    var resident: RowArray? { nil }
    func size(_ rows: RowIndices) -> StoredSize { whole.size(rows) }
    let blockRows = 5
    let windowRows = 15

    func load(_ rows: Range<Int>) throws -> LoadedRows {
      if failsAfterSample, rows.count == blockRows { throw ModelError.data("unreadable") }
      return try whole.load(rows)
    }
  }
}
