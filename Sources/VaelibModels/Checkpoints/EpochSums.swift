/// Sums over the steps of an epoch so far, each step weighted by its rows.
public struct EpochSums: Sendable, Equatable {
  /// Examples learned in this epoch.
  public var rows = 0
  public var loss = 0.0
  public var reconstruction = 0.0
  public var kl = 0.0
  /// Wrong labels.
  public var error = 0.0
  /// Of the last step.
  public var klWeight = 0.0
  public var learningRate = 0.0
  /// Time spent on the epoch.
  public var seconds = 0.0

  public init() {}

  mutating func add(_ result: StepResult, rows added: Int) {
    rows += added
    loss += result.terms.loss * Double(added)
    reconstruction += result.terms.bound.reconstruction * Double(added)
    kl += result.terms.bound.kl * Double(added)
    error += result.terms.error * Double(added)
    klWeight = result.terms.klWeight
    learningRate = result.learningRate
  }

  /// The mean of a sum over the examples.
  func mean(_ sum: Double) -> Double { sum / Double(rows) }
}
