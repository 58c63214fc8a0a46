import Glibc
import Testing
import VaelibModels
import VaelibNumerics

@Suite struct QueryTests {
  private func encoded(_ model: VariationalAutoencoder, _ source: any ExampleSource) throws -> [Float] {
    let out = try FloatBuffer(count: source.rows * 2)
    try model.encode(source, mean: out.base, logVariance: nil)
    return (0..<out.count).map { out.base[$0] }
  }

  @Test func rowsDoNotDependOnTheirNeighbours() throws {
    let examples = try TestExamples.patterns(rows: 700)
    let model = try VariationalAutoencoder.small()
    let all = try encoded(model, examples.source)
    let slice = try encoded(model, SliceSource(examples.source, rows: 600..<610))
    #expect(slice == Array(all[1200..<1220]))
    let blocks = try encoded(model, BlockSource(examples, blockRows: 90, windowBlocks: 1))
    #expect(blocks == all)
  }

  /// A model and examples that are enough work to be cut into blocks, with packed weights where rows are many.
  private func wide(_ change: (inout VAEConfiguration) -> Void = { _ in }) throws -> VariationalAutoencoder {
    try .small {
      $0.dataDimension = 70
      $0.hidden = [130, 50]
      change(&$0)
    }
  }

  @Test(arguments: [1, 31, 32, 255, 256, 1100])
  func blocksOfAnySizeGiveTheBitsOfARowByItself(rows: Int) throws {
    let examples = try TestExamples.patterns(rows: rows, columns: 70)
    for standardizes in [false, true] {
      let model = try wide {
        $0.likelihood = standardizes ? .gaussian : .bernoulli
        $0.options.standardize = standardizes ? 1 : 0
      }
      if standardizes, rows > 1 {
        try model.standardize(by: examples.source, weights: nil, isCancelled: { false })
      }
      let all = try encoded(model, examples.source)
      let read = try encoded(model, BlockSource(examples, blockRows: 90, windowBlocks: 1))
      #expect(all == read)
      for row in [0, rows / 2, rows - 1] {
        let alone = try encoded(model, SliceSource(examples.source, rows: row..<row + 1))
        #expect(alone == Array(all[row * 2..<row * 2 + 2]))
        let both = try FloatBuffer(count: 4)
        try model.encode(
          SliceSource(examples.source, rows: row..<row + 1), mean: both.base, logVariance: both.base + 2)
        #expect(alone == [both.base[0], both.base[1]])
      }
    }
    // The caller's rows are not written to.
    #expect(examples.buffer.elements.allSatisfy { $0 == 0 || $0 == 1 })
  }

  @Test(arguments: [300, 1000])
  func theFirstBadRowIsNamedWhicheverBlockFindsOne(rows: Int) throws {
    let examples = try TestExamples.patterns(rows: rows, columns: 70)
    for row in [rows - 1, rows / 2, 7] {
      examples.buffer.base[row * 70 + 3] = 2
      let error = #expect(throws: ModelError.self) { _ = try encoded(try wide(), examples.source) }
      #expect(error?.description.contains("row \(row), column 3") == true)
    }
  }

  @Test func aQueryThatIsCancelledStops() throws {
    let examples = try TestExamples.patterns(rows: 3000, columns: 70)
    let out = try FloatBuffer(count: 6000)
    #expect(throws: ModelError.cancelled) {
      try wide().encode(
        examples.source, mean: out.base, logVariance: nil, control: RunControl(isCancelled: { true }))
    }
    var reports = 0
    var evaluation = EvaluationConfiguration()
    evaluation.samples = 1_000_000
    // One example, whose samples alone take seconds: the report in between ends it.
    #expect(throws: ModelError.cancelled) {
      try wide().logLikelihoods(
        SliceSource(examples.source, rows: 0..<1), evaluation,
        control: RunControl(report: { _ in
          reports += 1
          return false
        })
      ) { _, _ in }
    }
    #expect(reports == 1)
  }

  @Test func boundsOfASliceAreThoseOfTheWhole() throws {
    let examples = try TestExamples.patterns(rows: 60)
    let model = try VariationalAutoencoder.small()
    var evaluation = EvaluationConfiguration()
    evaluation.samples = 3
    func bounds(_ source: any ExampleSource) throws -> [BoundTerms] {
      var all: [BoundTerms] = []
      try model.bounds(source, evaluation) { all.append($1) }
      return all
    }
    let slice = try bounds(SliceSource(examples.source, rows: 17..<23))
    let whole = try bounds(examples.source)
    #expect(slice.map(\.elbo) == whole[17..<23].map(\.elbo))
  }

  /// With no hidden layer and zero weights q(z|x) = N(0, I) = p(z) and p(x|z) = N(0, s^2): everything is known.
  @Test func likelihoodOfAModelThatIgnoresItsLatentIsExact() throws {
    let model = try VariationalAutoencoder.small {
      $0.likelihood = .gaussian
      $0.options.variance = .fixed
      $0.options.noiseStddev = 0.7
      $0.hidden = []
    }
    model.parameters.base.update(repeating: 0, count: model.parameters.count)
    let examples = try TestExamples((0..<24).map { Float($0) / 24 }, columns: 12)
    var evaluation = EvaluationConfiguration()
    evaluation.samples = 600
    try model.logLikelihoods(examples.source, evaluation) { row, likelihood in
      let expected = (0..<12).reduce(0.0) { sum, column in
        let x = Double(Float(row * 12 + column) / 24) / 0.7
        return sum - 0.5 * log(2 * Double.pi) - log(0.7) - x * x / 2
      }
      #expect(abs(likelihood.value - expected) < 1e-4)
      #expect(likelihood.standardError < 1e-4)
    }
    let bound = try model.meanBound(examples.source, evaluation)
    #expect(abs(bound.kl) < 1e-6)
  }

  @Test func likelihoodDoesNotDependOnHowSamplesAreCutUp() throws {
    let examples = try TestExamples.patterns(rows: 30)
    let model = try VariationalAutoencoder.small { $0.latentDimension = 3 }
    var evaluation = EvaluationConfiguration()
    evaluation.samples = 700
    var all: [Double] = []
    try model.logLikelihoods(examples.source, evaluation) { all.append($1.value) }
    var one: [Double] = []
    try model.logLikelihoods(SliceSource(examples.source, rows: 29..<30), evaluation) { one.append($1.value) }
    #expect(abs(one[0] - all[29]) < 1e-5)
    let bound = try model.meanBound(examples.source, evaluation).elbo
    #expect(bound < all.reduce(0, +) / 30)
  }

  @Test func manifoldNeedsTwoLatents() throws {
    let model = try VariationalAutoencoder.small { $0.latentDimension = 3 }
    let out = try FloatBuffer(count: 12)
    let error = #expect(throws: ModelError.self) { try model.manifold(side: 1, mean: out.base) }
    #expect(error?.description.contains("latent_dim 2") == true)
  }

  @Test func interpolationEndsAtTheReconstructions() throws {
    let examples = try TestExamples.patterns(rows: 5)
    let model = try VariationalAutoencoder.small()
    let line = try FloatBuffer(count: 7 * 12)
    try model.interpolate(examples.source, from: 1, to: 4, steps: 7, mean: line.base)
    let all = try FloatBuffer(count: 5 * 12)
    try model.reconstruct(examples.source, latent: .mean, seed: 0, mean: all.base)
    for column in 0..<12 {
      #expect(abs(line.base[column] - all.base[12 + column]) < 1e-6)
      #expect(abs(line.base[6 * 12 + column] - all.base[4 * 12 + column]) < 1e-6)
    }
    #expect(throws: ModelError.self) {
      try model.interpolate(examples.source, from: 1, to: 5, steps: 7, mean: line.base)
    }
  }
}
