import Testing
import VaelibModels
import VaelibNumerics

@Suite struct FitTests {
  @Test func learnsAndRecordsHistory() throws {
    let examples = try TestExamples.patterns(rows: 200)
    let validation = try TestExamples.patterns(rows: 40)
    let model = try VariationalAutoencoder.small()
    let warnings = try model.fit(examples.source, validation: validation.source, configuration: .small())
    #expect(warnings.isEmpty)
    #expect(model.history.map(\.epoch) == Array(1...10))
    #expect(model.history.last?.examplesSeen == 2000)
    let first = model.history[0]
    let last = model.history[9]
    #expect(last.training.elbo > first.training.elbo + 1)
    #expect(last.validation.elbo > first.validation.elbo + 1)
    #expect(abs(last.loss + last.training.elbo) < 1e-9)
    #expect(model.history.allSatisfy { $0.training.kl >= 0 && $0.validation.kl >= 0 })
  }

  @Test func validationIsTheBoundOfTheSameSeed() throws {
    let examples = try TestExamples.patterns(rows: 64)
    let model = try VariationalAutoencoder.small()
    let configuration = TrainingConfiguration.small { $0.seed = 11 }
    _ = try model.fit(examples.source, validation: examples.source, configuration: configuration)
    var evaluation = EvaluationConfiguration()
    evaluation.seed = 11
    #expect(try model.meanBound(examples.source, evaluation) == model.history.last?.validation)
  }

  @Test func threadsAndBlocksDoNotChangeTheBits() throws {
    let examples = try TestExamples.patterns(rows: 150)
    func fit(threads: Int, source: any ExampleSource) throws -> [Float] {
      WorkerPool.shared.setThreads(threads)
      defer { WorkerPool.shared.setThreads(0) }
      let model = try VariationalAutoencoder.small()
      _ = try model.fit(source, configuration: .small())
      return model.values
    }
    #expect(try fit(threads: 1, source: examples.source) == fit(threads: 4, source: examples.source))
    let blocks = { BlockSource(examples, blockRows: 20, windowBlocks: 3) }
    #expect(try fit(threads: 1, source: blocks()) == fit(threads: 4, source: blocks()))
  }

  @Test func aSecondFitGoesOn() throws {
    let examples = try TestExamples.patterns(rows: 64)
    let model = try VariationalAutoencoder.small()
    _ = try model.fit(examples.source, configuration: .small { $0.epochs = 2 })
    _ = try model.fit(examples.source, configuration: .small { $0.epochs = 3 })
    #expect(model.history.map(\.epoch) == [1, 2, 3, 4, 5])
    #expect(model.history.last?.examplesSeen == 5 * 64)
  }

  @Test func patienceStopsAndReturnsToTheBest() throws {
    let examples = try TestExamples.patterns(rows: 32)
    let validation = try TestExamples([Float](repeating: 0, count: 12 * 8), columns: 12)
    let model = try VariationalAutoencoder.small()
    let configuration = TrainingConfiguration.small {
      $0.epochs = 1000
      $0.patience = 3
      $0.learningRate = 0.05
    }
    _ = try model.fit(examples.source, validation: validation.source, configuration: configuration)
    let bounds = model.history.map(\.validation.elbo)
    let best = try #require(bounds.max())
    #expect(bounds.count < 1000)
    #expect(bounds.firstIndex(of: best) == bounds.count - 4)
    #expect(try model.meanBound(validation.source, EvaluationConfiguration()).elbo == best)
  }

  @Test func patienceNeedsAValidationSet() throws {
    let examples = try TestExamples.patterns(rows: 32)
    let model = try VariationalAutoencoder.small()
    #expect(throws: ModelError.self) {
      try model.fit(examples.source, configuration: .small { $0.patience = 1 })
    }
  }

  @Test func warnsOfGreyData() throws {
    let grey = try TestExamples([Float](repeating: 0.5, count: 24), columns: 12)
    let model = try VariationalAutoencoder.small()
    #expect(try model.fit(grey.source, configuration: .small()).count == 1)
    #expect(try model.fit(grey.source, configuration: .small { $0.binarization = .dynamic }).isEmpty)
  }
}

@Suite struct FitFailureTests {
  @Test(arguments: [Float.nan, .infinity, -0.5, 1.5])
  func badDataNameRowAndColumnAndLeaveTheModel(value: Float) throws {
    var values = [Float](repeating: 0, count: 12 * 40)
    values[12 * 33 + 7] = value
    let examples = try TestExamples(values, columns: 12)
    for source in [examples.source, BlockSource(examples, blockRows: 5, windowBlocks: 2)]
      as [any ExampleSource]
    {
      let model = try VariationalAutoencoder.small()
      let before = model.values
      let error = #expect(throws: ModelError.self) { try model.fit(source, configuration: .small()) }
      #expect(error?.description.contains("row 33, column 7") == true)
      #expect(model.values == before)
      #expect(model.history.isEmpty)
    }
  }

  @Test func wrongWidthSaysBoth() throws {
    let examples = try TestExamples([0, 1, 0], columns: 3)
    let error = #expect(throws: ModelError.self) {
      try VariationalAutoencoder.small().fit(examples.source, configuration: .small())
    }
    #expect(error?.description.contains("3 columns") == true)
    #expect(error?.description.contains("12") == true)
  }

  @Test func aSourceThatFailsLeavesTheModel() throws {
    struct Broken: Error {}
    let source = BlockSource(try TestExamples.patterns(rows: 40), blockRows: 10, windowBlocks: 1)
    let model = try VariationalAutoencoder.small()
    let before = model.values
    let control = RunControl(report: { progress in
      source.failure = progress.epoch == 2 ? Broken() : nil
      return true
    })
    #expect(throws: Broken.self) {
      try model.fit(source, configuration: .small { $0.epochs = 5 }, control: control)
    }
    #expect(model.values == before)
    #expect(model.history.isEmpty)
  }

  @Test func aBadBatchIsNamedAndGoodWeightsKept() throws {
    let examples = try TestExamples.patterns(rows: 64)
    let model = try VariationalAutoencoder.small()
    let configuration = TrainingConfiguration.small {
      $0.optimizer = .sgd
      $0.learningRate = 1e30
    }
    let error = #expect(throws: ModelError.self) {
      try model.fit(examples.source, configuration: configuration)
    }
    guard case .numerical(let text)? = error else {
      Issue.record("expected a numerical error, got \(String(describing: error))")
      return
    }
    #expect(text.contains("epoch 1, batch "))
    #expect(model.values.allSatisfy { $0.isFinite })
    #expect(try model.meanBound(examples.source, EvaluationConfiguration()).elbo.isFinite)
  }

  @Test func cancellingKeepsFinishedEpochs() throws {
    let examples = try TestExamples.patterns(rows: 64)
    let model = try VariationalAutoencoder.small()
    let control = RunControl(report: { !($0.kind == .epoch && $0.epoch == 3) })
    #expect(throws: ModelError.cancelled) {
      try model.fit(examples.source, configuration: .small { $0.epochs = 100 }, control: control)
    }
    #expect(model.history.count == 3)
    #expect(model.values.allSatisfy { $0.isFinite })
  }
}
