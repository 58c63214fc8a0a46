/// The quantities that training reports for a step or an epoch. A new one is a case and its row in `definition`, and a
/// value where it is computed.
///
/// The order is that of the columns in files and listings.
public enum Metric: String, CaseIterable, Sendable {
  /// The number of a `Phase.Kind`; stacks only.
  case phase
  /// The layer that was pretrained; stacks only.
  case layer
  /// Counts from 1: for a variational auto-encoder over all fits, for a stack within the phase of one call.
  case epoch
  /// Examples that the model has learned from in all training so far.
  case examplesSeen = "examples_seen"
  /// What is minimised, without the weight prior.
  case loss
  /// E_q[log p(x|z)] of the evidence lower bound (AEVB, eq. 3), in nats.
  case reconstruction
  /// KL(q(z|x) || p(z)), in nats.
  case kl
  /// The evidence lower bound, reconstruction - kl.
  case elbo
  /// 1 - the score of a stack's head: the share of wrong labels, or 1 - R^2.
  case error
  case klWeight = "kl_weight"
  case learningRate = "learning_rate"
  /// The Euclidean norm of a step's gradient before clipping.
  case gradientNorm = "gradient_norm"
  /// Time spent on the epoch.
  case seconds

  /// What is known of each: all else follows from it.
  var definition: Definition {
    switch self {
    case .phase: Definition(.phase)
    case .layer: Definition(.count)
    case .epoch: Definition(.count)
    case .examplesSeen: Definition(.count)
    case .loss: Definition(.real, ofSteps: .mean, validates: .loss)
    case .reconstruction: Definition(.real, ofSteps: .mean, validates: .bound)
    case .kl: Definition(.real, ofSteps: .mean, validates: .bound)
    case .elbo: Definition(.real, validates: .bound, kept: .difference(.reconstruction, .kl))
    case .error: Definition(.real, ofSteps: .mean, validates: .labels)
    case .klWeight: Definition(.real, ofSteps: .last)
    case .learningRate: Definition(.real, ofSteps: .last)
    case .gradientNorm: Definition(.real, kept: .no)
    case .seconds: Definition(.real)
    }
  }
}

extension Metric {
  /// What is known of a metric.
  struct Definition {
    let values: Values
    let combination: Combination
    let validation: Validation?
    let keeping: Keeping

    init(
      _ values: Values, ofSteps combination: Combination = .none, validates validation: Validation? = nil,
      kept keeping: Keeping = .stored
    ) {
      self.values = values
      self.combination = combination
      self.validation = validation
      self.keeping = keeping
    }
  }

  /// What its values are.
  public enum Values: String, Sendable {
    /// Any number.
    case real
    /// A whole number from 0 on.
    case count
    /// The number of a `Phase.Kind`.
    case phase
  }

  /// How the steps of an epoch are combined.
  enum Combination {
    /// The mean over the examples.
    case mean
    /// The value of the last step.
    case last
    /// Not reported by steps, or not kept.
    case none
  }

  /// What of the validation examples it is a term of: terms of one quantity stand together, those of the validation
  /// examples behind those of the training.
  enum Validation {
    case loss
    case bound
    case labels
  }

  /// How a history has it.
  enum Keeping: Equatable {
    /// As a column.
    case stored
    /// As the difference of two columns.
    case difference(Metric, Metric)
    /// Not at all: of steps only.
    case no
  }

  public var values: Values { definition.values }

  /// Metrics of the training steps that are means over an epoch, and those of which the last value counts.
  public static let means = allCases.filter { $0.definition.combination == .mean }
  public static let lasts = allCases.filter { $0.definition.combination == .last }

  /// The two metrics that this one is the difference of.
  var terms: (Metric, Metric)? {
    switch definition.keeping {
    case .difference(let first, let second): (first, second)
    case .stored, .no: nil
    }
  }

  /// Whether a column may hold this value; NaN stands for none.
  public func isPossible(_ value: Double) -> Bool {
    if value.isNaN { return true }
    return switch values {
    case .real: true
    case .count: Int(exactly: value).map { $0 >= 0 } == true
    case .phase: Int(exactly: value).flatMap(Phase.Kind.init) != nil
    }
  }

  var index: Int { Self.indices[self] ?? 0 }
  static let indices = Dictionary(uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })
}
