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
    let history = model.record.history
    #expect(history[.epoch] == (1...10).map(Double.init))
    #expect(history.examplesSeen == 2000)
    for elbo in [history[.elbo], history[Series(.elbo, validation: true)]] { #expect(elbo[9] > elbo[0] + 1) }
    #expect(abs(history[.loss][9] + history[.elbo][9]) < 1e-9)
    #expect((history[.kl] + history[Series(.kl, validation: true)]).allSatisfy { $0 >= 0 })
  }

  @Test func validationIsTheBoundOfTheSameSeed() throws {
    let examples = try TestExamples.patterns(rows: 64)
    let model = try VariationalAutoencoder.small()
    let configuration = TrainingConfiguration.small { $0.seed = 11 }
    _ = try model.fit(examples.source, validation: examples.source, configuration: configuration)
    var evaluation = EvaluationConfiguration()
    evaluation.seed = 11
    let bound = try model.meanBound(examples.source, evaluation)
    let history = model.record.history
    #expect(history[Series(.reconstruction, validation: true)].last == bound.reconstruction)
    #expect(history[Series(.kl, validation: true)].last == bound.kl)
  }

  /// Bounds with a small weight on the KL term are high and mean nothing: the best epoch is one after the warm-up.
  @Test func patienceCountsFromTheEndOfTheWarmup() throws {
    let examples = try TestExamples.patterns(rows: 32)
    let validation = try TestExamples([Float](repeating: 0, count: 12 * 8), columns: 12)
    for warmup in [0.0, 10, 10.5] {
      let model = try VariationalAutoencoder.small()
      let configuration = TrainingConfiguration.small {
        $0.epochs = 1000
        $0.patience = 3
        $0.learningRate = 0.05
        $0.beta = 2
        $0.klWarmupEpochs = warmup
      }
      _ = try model.fit(examples.source, validation: validation.source, configuration: configuration)
      let history = model.record.history
      let scores = zip(
        history[Series(.reconstruction, validation: true)], history[Series(.kl, validation: true)]
      ).map { $0 - 2 * $1 }
      let first = max(0, Int(warmup.rounded(.up)) - 1)
      let best = try #require(scores[first...].max())
      #expect(scores[first...].firstIndex(of: best) == scores.count - 4)
      let bound = try model.meanBound(validation.source, EvaluationConfiguration())
      #expect(bound.reconstruction - 2 * bound.kl == best)
    }
  }

  @Test func aWarmupThatOutlastsTheTrainingIsSaid() throws {
    let examples = try TestExamples.patterns(rows: 32)
    func warnings(_ change: (inout TrainingConfiguration) -> Void) throws -> [String] {
      try VariationalAutoencoder.small().fit(
        examples.source,
        configuration: .small {
          $0.epochs = 3
          change(&$0)
        })
    }
    let kl = try warnings { $0.klWarmupEpochs = 400 }
    #expect(kl.count == 1, "\(kl)")
    #expect(kl.first?.contains("kl_warmup_epochs is 400.0, more than epochs, 3") == true)
    #expect(kl.first?.contains("ends at 0.0075, not at beta, 1.0") == true)
    let rate = try warnings { $0.warmupEpochs = 6 }
    #expect(rate.first?.contains("warmup_epochs is 6.0, more than epochs, 3") == true)
    let none = try warnings { $0.klWarmupEpochs = 3 }
    #expect(none.isEmpty, "\(none)")
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
    #expect(model.record.history[.epoch] == [1, 2, 3, 4, 5])
    #expect(model.record.history.examplesSeen == 5 * 64)
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
    let bounds = model.record.history[Series(.elbo, validation: true)]
    let best = try #require(bounds.max())
    #expect(bounds.count < 1000)
    #expect(bounds.firstIndex(of: best) == bounds.count - 4)
    #expect(try model.meanBound(validation.source, EvaluationConfiguration()).elbo == best)
  }

  @Test func patienceNeedsAValidationSet() throws {
    let examples = try TestExamples.patterns(rows: 32)
    let model = try VariationalAutoencoder.small()
    #expect(throws: ModelError.self) {
      try model.fit(
        examples.source,
        configuration: .small {
          $0.patience = 1
          $0.validationFraction = 0
        })
    }
    // Else it is a part of the examples.
    _ = try model.fit(examples.source, configuration: .small { $0.patience = 1 })
    #expect(model.record.configurations[.fit]?.validationFraction == 0.1)
    #expect(model.record.history.examplesSeen == 29 * model.record.history.count)
  }

  @Test func warnsOfGreyData() throws {
    let grey = try TestExamples([Float](repeating: 0.5, count: 24), columns: 12)
    let model = try VariationalAutoencoder.small()
    #expect(try model.fit(grey.source, configuration: .small()).count == 1)
    #expect(try model.fit(grey.source, configuration: .small { $0.binarization = .dynamic }).isEmpty)
  }
}

@Suite struct FitFailureTests {
  /// What is looked at after a training, to warn of it, takes nothing away when it cannot be read any more.
  @Test func aFileThatIsLostAfterTheLastEpoch() throws {
    let source = BlockSource(try TestExamples.patterns(rows: 64), blockRows: 8, windowBlocks: 2)
    let (model, twin) = (try VariationalAutoencoder.small(), try VariationalAutoencoder.small())
    let configuration = TrainingConfiguration.small { $0.epochs = 2 }
    _ = try twin.fit(source, configuration: configuration)
    let loseFile = RunControl(report: { progress in
      if progress.kind == .epoch, progress.epoch == 2 { source.failure = ModelError.data("the file is gone") }
      return true
    })
    #expect(try model.fit(source, configuration: configuration, control: loseFile) == [])
    #expect(model.record.history.count == 2)
    #expect(Array(model.parameters.elements) == Array(twin.parameters.elements))
  }

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
      #expect(model.record.history.count == 0)
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
    #expect(model.record.history.count == 0)
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
    #expect(model.record.history.count == 3)
    #expect(model.values.allSatisfy { $0.isFinite })
  }
}
