import Testing

@testable import VaelibModels

/// Numbers of a training that follow from its rows.
@Suite struct TrainingBudgetTests {
  private func resolved(
    _ kind: Phase.Kind, _ rows: Int, isValidated: Bool = true,
    _ change: (inout TrainingConfiguration) -> Void = { _ in }
  ) -> TrainingConfiguration {
    var configuration = TrainingConfiguration()
    change(&configuration)
    return configuration.resolved(for: kind, rows: rows, isValidated: isValidated)
  }

  private func numbers(_ kind: Phase.Kind, _ rows: Int) -> [Int] {
    let configuration = resolved(kind, rows)
    return [configuration.batchSize, configuration.epochs, configuration.patience]
  }

  /// Rows, then the rows of a step, epochs and patience: 6000 updates and patience of 1200; 2000; 3000 and 1000.
  @Test(arguments: [
    (Phase.Kind.fit, 1, [1, 6000, 1200]), (.fit, 127, [127, 6000, 1200]), (.fit, 128, [128, 6000, 1200]),
    (.fit, 129, [128, 3000, 600]), (.fit, 1000, [128, 750, 150]), (.fit, 38_400, [128, 20, 5]),
    (.fit, 1 << 40, [128, 20, 5]), (.pretraining, 63, [63, 2000, 0]), (.pretraining, 65, [64, 1000, 0]),
    (.pretraining, 1 << 40, [64, 10, 0]), (.supervised, 1, [1, 3000, 1000]),
    (.supervised, 64, [64, 3000, 1000]), (.supervised, 1000, [64, 188, 63]),
    (.supervised, 1 << 40, [64, 20, 5]), (.unsupervised, 1000, [64, 188, 63]),
  ])
  func updatesCount(kind: Phase.Kind, rows: Int, expected: [Int]) {
    // Patience is for phases with validation; pretraining has none.
    let found = numbers(kind, rows)
    #expect(found[0] == expected[0] && found[1] == expected[1])
    if kind != .pretraining { #expect(found[2] == expected[2]) }
    let steps = (rows - 1) / found[0] + 1
    #expect(found[1] * steps >= (kind == .fit ? 6000 : kind == .pretraining ? 2000 : 3000))
  }

  @Test(arguments: [Int.min, -1, 0, 1])
  func noRowsCountAsOne(rows: Int) {
    #expect(numbers(.fit, rows) == [1, 6000, 1200])
  }

  @Test func moreRowsThanThereAre() {
    #expect(numbers(.fit, .max) == [128, 20, 5])
    #expect(resolved(.fit, .max) { $0.batchSize = 1 }.epochs == 20)
  }

  @Test func numbersThatAreGivenStay() {
    let given = resolved(.fit, 1000) { ($0.epochs, $0.batchSize, $0.patience) = (7, 11, 13) }
    #expect((given.epochs, given.batchSize, given.patience) == (7, 11, 13))
    // Epochs and patience count updates of the batches that are given.
    let batches = resolved(.fit, 1000) { $0.batchSize = 100 }
    #expect((batches.epochs, batches.batchSize, batches.patience) == (600, 100, 120))
    #expect(resolved(.fit, 50) { $0.batchSize = 100 }.batchSize == 100)
  }

  /// Patience stops only trainings whose length was left to the library, and only by validation.
  @Test func whenATrainingStopsEarly() {
    #expect(resolved(.fit, 1000, isValidated: false).patience == 0)
    #expect(resolved(.fit, 1000) { $0.epochs = 7 }.patience == 0)
    #expect(resolved(.fit, 1000) { $0.patience = 0 }.patience == 0)
    #expect(resolved(.fit, 1000) { $0.patience = 0 }.epochs == 750)
  }

  @Test func nothingElseChanges() {
    var expected = TrainingConfiguration()
    (expected.epochs, expected.batchSize, expected.patience) = (6000, 20, 0)
    // The limit of gradients follows from gradients.
    #expect(resolved(.fit, 20, isValidated: false) == expected)
  }

  @Test func whatIsHeldOut() throws {
    func fraction(
      _ kind: Phase.Kind, _ rows: Int, labels: [Int]? = nil,
      _ change: (inout TrainingConfiguration) -> Void = { _ in }
    ) throws -> Double {
      var configuration = TrainingConfiguration()
      change(&configuration)
      let source = try TestExamples.patterns(rows: rows).source
      return configuration.heldOutFraction(for: kind, LabeledExamples(source, labels: labels))
    }
    for kind in [Phase.Kind.fit, .supervised, .unsupervised] {
      #expect(try fraction(kind, 10) == 0.1)
      #expect(try fraction(kind, 9) == 0)
      #expect(try fraction(kind, 10) { $0.epochs = 5 } == 0)
      #expect(try fraction(kind, 10) { $0.patience = 0 } == 0)
      #expect(try fraction(kind, 10) { ($0.epochs, $0.patience) = (5, 2) } == 0.1)
      #expect(try fraction(kind, 9) { $0.patience = 2 } == 0)
    }
    #expect(try fraction(.pretraining, 1000) == 0)
    #expect(try fraction(.supervised, 10, labels: Array(0..<10)) == 0)
    #expect(try fraction(.supervised, 10, labels: [0] + Array(0..<9)) == 0.1)
    // What is given is given.
    for kind in [Phase.Kind.fit, .pretraining, .supervised, .unsupervised] {
      #expect(try fraction(kind, 3) { $0.validationFraction = 0.4 } == 0.4)
      #expect(try fraction(kind, 100) { $0.validationFraction = 0 } == 0)
    }
  }
}
