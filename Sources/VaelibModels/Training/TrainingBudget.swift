/// How long a training is where that is left to the library: updates count, not passes, since a pass over a small set
/// is a few steps. The numbers come from trainings on tables and images (docs/defaults.md).
struct TrainingBudget: Sendable {
  /// What is held out where a training is to end when it learns no more.
  static let validationFraction = 0.1
  /// Of fewer rows nothing is held out: one or two of them would say nothing.
  static let fewestRowsToDivide = 10
  /// Patience for fewer passes would take chance for the end.
  private static let leastPatience = 5

  /// The rows of a step, unless there are fewer.
  let batchSize: Int
  private let updates: Int
  /// Passes that large sets get at least.
  private let leastEpochs: Int
  /// Updates without better validation before a training ends.
  private let patience: Int

  static func of(_ kind: Phase.Kind) -> TrainingBudget {
    switch kind {
    case .fit: TrainingBudget(batchSize: 128, updates: 6000, leastEpochs: 20, patience: 1200)
    case .pretraining: TrainingBudget(batchSize: 64, updates: 2000, leastEpochs: 10, patience: 0)
    case .supervised, .unsupervised:
      TrainingBudget(batchSize: 64, updates: 3000, leastEpochs: 20, patience: 1000)
    }
  }

  /// The epochs that make at least so many updates of `rows` examples.
  func epochs(rows: Int, batchSize: Int) -> Int { max(leastEpochs, passes(updates, rows, batchSize)) }

  func patience(rows: Int, batchSize: Int) -> Int {
    max(Self.leastPatience, passes(patience, rows, batchSize))
  }

  private func passes(_ updates: Int, _ rows: Int, _ batchSize: Int) -> Int {
    let steps = (rows - 1) / batchSize + 1
    return (updates - 1) / steps + 1
  }
}

extension TrainingConfiguration {
  /// With the numbers that were left to the library decided, for a training on `rows` examples.
  ///
  /// - Parameters:
  ///   - rows: none of them count as one; no training on them begins.
  ///   - isValidated: whether there are validation examples.
  func resolved(for kind: Phase.Kind, rows: Int, isValidated: Bool) -> TrainingConfiguration {
    let budget = TrainingBudget.of(kind)
    let rows = max(rows, 1)
    var resolved = self
    if batchSize == automaticNumber { resolved.batchSize = min(rows, budget.batchSize) }
    let batch = resolved.batchSize
    if epochs == automaticNumber { resolved.epochs = budget.epochs(rows: rows, batchSize: batch) }
    if patience == automaticNumber {
      resolved.patience = stopsEarly && isValidated ? budget.patience(rows: rows, batchSize: batch) : 0
    }
    return resolved
  }

  /// Whether the length of the training is left to validation.
  private var stopsEarly: Bool { epochs == automaticNumber && patience == automaticNumber }

  /// The part of the examples that is to be held out.
  func heldOutFraction(for kind: Phase.Kind, _ examples: LabeledExamples) -> Double {
    guard validationFraction == Double(automaticNumber) else { return validationFraction }
    guard kind != .pretraining, examples.source.rows >= TrainingBudget.fewestRowsToDivide,
      examples.canBeDivided
    else { return 0 }
    return stopsEarly || patience > 0 ? TrainingBudget.validationFraction : 0
  }
}
