/// The quantities that training reports for a step or an epoch. A new one is a case here, and a value where it is
/// computed.
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
  /// The evidence lower bound, reconstruction - kl; never stored.
  case elbo
  /// The share of wrong labels.
  case error
  case klWeight = "kl_weight"
  case learningRate = "learning_rate"
  /// The Euclidean norm of a step's gradient before clipping.
  case gradientNorm = "gradient_norm"
  /// Time spent on the epoch.
  case seconds

  /// How the steps of an epoch are combined.
  enum Combination {
    /// The mean over the examples.
    case mean
    /// The value of the last step.
    case last
    /// Not reported by steps, or not kept.
    case none
  }

  var combination: Combination {
    switch self {
    case .loss, .reconstruction, .kl, .error: .mean
    case .klWeight, .learningRate: .last
    case .phase, .layer, .epoch, .examplesSeen, .elbo, .gradientNorm, .seconds: .none
    }
  }

  /// Whether its values are whole numbers from 0 on.
  public var isCount: Bool {
    switch self {
    case .phase, .layer, .epoch, .examplesSeen: true
    case .loss, .reconstruction, .kl, .elbo, .error, .klWeight, .learningRate, .gradientNorm, .seconds: false
    }
  }

  /// Metrics of the training steps that are means over an epoch, and those of which the last value counts.
  public static let means = allCases.filter { $0.combination == .mean }
  public static let lasts = allCases.filter { $0.combination == .last }

  var index: Int { Self.indices[self] ?? 0 }
  static let indices = Dictionary(uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })
}

/// A value for some of the metrics; NaN for the others.
public struct MetricValues: Sendable, ExpressibleByDictionaryLiteral {
  private var values = [Double](repeating: .nan, count: Metric.allCases.count)

  public init(dictionaryLiteral elements: (Metric, Double)...) {
    for (metric, value) in elements { self[metric] = value }
  }

  /// The bound follows from its two terms.
  public subscript(metric: Metric) -> Double {
    get { metric == .elbo ? self[.reconstruction] - self[.kl] : values[metric.index] }
    set { values[metric.index] = newValue }
  }

  /// Those that have a value.
  public var present: [(metric: Metric, value: Double)] {
    Metric.allCases.compactMap { self[$0].isNaN ? nil : ($0, self[$0]) }
  }
}
