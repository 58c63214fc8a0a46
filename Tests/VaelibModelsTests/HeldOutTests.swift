import Testing
import VaelibNumerics

@testable import VaelibModels

/// Examples held out of a training, inside the library.
@Suite struct HeldOutTests {
  /// Row r holds the number r.
  private func examples(_ rows: Int, labels: [Int]? = nil, isStreamed: Bool = false) throws -> LabeledExamples
  {
    let numbers = try TestExamples((0..<rows).map(Float.init), columns: 1)
    let source: any ExampleSource =
      isStreamed ? BlockSource(numbers, blockRows: 3, windowBlocks: 2) : numbers.source
    return LabeledExamples(source, labels: labels)
  }

  /// The rows of the whole that a side has.
  private func rows(_ side: LabeledExamples) throws -> [Int] {
    let values = try FloatBuffer(count: side.source.rows)
    try side.source.copyAll(into: values.base)
    return values.elements.map { Int($0) }
  }

  @Test(arguments: [false, true])
  func randomRowsAreThoseOfASplit(isStreamed: Bool) throws {
    let sides = try examples(20, isStreamed: isStreamed).divided(fraction: 0.3, .random, seed: 7)
    let split = RowSplit(rows: 20, fraction: 0.3, seed: 7)
    #expect(try rows(sides.training) == split.training)
    #expect(try rows(sides.validation) == split.validation)
    #expect(sides.training.labels == nil && sides.validation.labels == nil)
  }

  @Test func withLabelsOfEachClassInProportion() throws {
    let labels = (0..<40).map { $0 % 4 == 0 ? 1 : 0 }
    let sides = try examples(40, labels: labels).divided(fraction: 0.2, .random, seed: 3)
    #expect(sides.validation.labels?.filter { $0 == 1 }.count == 2)
    #expect(sides.validation.labels?.count == 8)
    for side in [sides.training, sides.validation] {
      #expect(try rows(side).map { labels[$0] } == side.labels)
    }
    #expect(try (rows(sides.training) + rows(sides.validation)).sorted() == Array(0..<40))
  }

  @Test(arguments: [(10, 0.3, 7), (10, 1e-9, 9), (2, 0.999, 1), (10, 0.999, 1), (3, 0.5, 1)], [false, true])
  func theLastRows(of: (rows: Int, fraction: Double, kept: Int), isStreamed: Bool) throws {
    let labels = [Int](repeating: 0, count: of.rows)
    let sides = try examples(of.rows, labels: labels, isStreamed: isStreamed)
      .divided(fraction: of.fraction, .last, seed: 1)
    #expect(try rows(sides.training) == Array(0..<of.kept))
    #expect(try rows(sides.validation) == Array(of.kept..<of.rows))
    #expect(sides.training.labels?.count == of.kept && sides.validation.labels?.count == of.rows - of.kept)
  }

  @Test func whatCannotBeDivided() throws {
    func message(_ examples: LabeledExamples, _ split: ValidationSplit) -> String {
      let error = #expect(throws: ModelError.self) {
        _ = try examples.divided(fraction: 0.25, split, seed: 1)
      }
      guard case .invalidArgument(let text)? = error else { return "" }
      return text
    }
    for split in ValidationSplit.allCases {
      #expect(message(try examples(1), split).contains("leaves none of the 1 examples"))
    }
    #expect(message(try examples(4, labels: [3, 1, 0, 2]), .random).contains("every class has one"))
    #expect(try !examples(4, labels: [3, 1, 0, 2]).canBeDivided)
    #expect(try examples(4, labels: [3, 1, 0, 1]).canBeDivided && examples(4).canBeDivided)
    let lost = try examples(8, labels: [0, 0, 0, 0, 0, 0, 2, 1])
    let text = message(lost, .last)
    #expect(text.contains("all of class 1") && text.contains("validation_split random"))
    let named = LabeledExamples(
      lost.source, labels: lost.labels ?? [], classNames: try ClassNames(["a", "b", "c"], kind: .text))
    #expect(message(named, .last).contains("all of class \"b\""))
    _ = try lost.divided(fraction: 0.25, .random, seed: 1)
  }

  // MARK: In a training

  @Test func aTrainingOfItsOwnLengthHoldsOutATenth() throws {
    let source = try TestExamples.patterns(rows: 50).source
    let (model, twin) = (try VariationalAutoencoder.small(), try VariationalAutoencoder.small())
    var configuration = TrainingConfiguration()
    configuration.seed = 9
    _ = try model.fit(source, configuration: configuration)
    let decided = try #require(model.record.configurations[.fit])
    #expect((decided.batchSize, decided.epochs, decided.patience) == (45, 6000, 1200))
    #expect((decided.validationFraction, decided.gradientClipNorm) == (0.1, -1))
    // The same with the two sides given, and the numbers.
    let sides = try LabeledExamples(source).divided(fraction: 0.1, .random, seed: 9)
    var given = decided
    given.validationFraction = 0
    _ = try twin.fit(sides.training.source, validation: sides.validation.source, configuration: given)
    #expect(model.values == twin.values)
    #expect(model.record.history[.elbo] == twin.record.history[.elbo])
  }

  @Test func anAmountOfEpochsTakesAllRows() throws {
    let source = try TestExamples.patterns(rows: 50).source
    let model = try VariationalAutoencoder.small()
    _ = try model.fit(source, configuration: .small())
    #expect(model.record.history.examplesSeen == 500)
    #expect(!model.record.history.series.contains(Series(.elbo, validation: true)))
    #expect(model.record.configurations[.fit]?.validationFraction == 0)
  }

  @Test func validationExamplesThatAreGivenAreNotHeldOut() throws {
    let source = try TestExamples.patterns(rows: 50).source
    let model = try VariationalAutoencoder.small()
    let configuration = TrainingConfiguration.small { $0.validationFraction = 0.5 }
    _ = try model.fit(source, validation: source, configuration: configuration)
    #expect(model.record.history.examplesSeen == 500)
    #expect(model.record.configurations[.fit]?.validationFraction == 0)
  }

  /// Errors name the rows of the caller, not those of one side.
  @Test(arguments: [false, true], ValidationSplit.allCases)
  func badValuesAreNamedByTheirRows(isStreamed: Bool, split: ValidationSplit) throws {
    for row in [0, 17, 33, 39] {
      var values = [Float](repeating: 0, count: 12 * 40)
      values[12 * row + 7] = .nan
      let examples = try TestExamples(values, columns: 12)
      let source: any ExampleSource =
        isStreamed ? BlockSource(examples, blockRows: 5, windowBlocks: 2) : examples.source
      let model = try VariationalAutoencoder.small()
      let before = model.values
      let error = #expect(throws: ModelError.self) {
        try model.fit(
          source,
          configuration: .small {
            $0.validationFraction = 0.5
            $0.validationSplit = split
          })
      }
      #expect(error?.description.contains("NaN at row \(row), column 7") == true)
      #expect(model.values == before)
    }
  }
}
