/// What training reported for each epoch: named columns, one value per epoch. What does not apply to an epoch is NaN.
public struct TrainingHistory: Sendable {
  /// How many epochs there are.
  public private(set) var count = 0
  private var columns: [Series: [Double]] = [:]

  public init() {}

  /// A history of these columns, which must be of one length.
  public init(columns: [(series: Series, values: [Double])]) {
    count = columns.first?.values.count ?? 0
    for (series, values) in columns { self.columns[series] = values }
  }

  /// Adds an epoch.
  mutating func append(_ training: MetricValues, validation: MetricValues) {
    for series in Series.stored {
      let value = (series.isValidation ? validation : training)[series.metric]
      if value.isNaN, columns[series] == nil { continue }
      columns[series, default: [Double](repeating: .nan, count: count)].append(value)
    }
    count += 1
  }

  /// The columns that are stored, in their order.
  public var storedSeries: [Series] { Series.stored.filter { columns[$0] != nil } }

  /// All columns there are, those that follow from others included.
  public var series: [Series] {
    Series.all.filter { columns[$0] != nil || $0.metric == .elbo && hasTerms(validation: $0.isValidation) }
  }

  private func hasTerms(validation: Bool) -> Bool {
    [Metric.reconstruction, .kl].allSatisfy { columns[Series($0, validation: validation)] != nil }
  }

  /// The values of a column, one per epoch; NaN where it has none.
  public subscript(series: Series) -> [Double] {
    if series.metric == .elbo {
      let terms = [Metric.reconstruction, .kl].map { self[Series($0, validation: series.isValidation)] }
      return zip(terms[0], terms[1]).map { $0 - $1 }
    }
    return columns[series] ?? [Double](repeating: .nan, count: count)
  }

  /// The values of a metric of the training examples.
  public subscript(metric: Metric) -> [Double] { self[Series(metric)] }

  /// The last epoch's value; 0 if there is none.
  func last(_ metric: Metric) -> Int {
    guard let value = columns[Series(metric)]?.last else { return 0 }
    return Int(exactly: value) ?? 0
  }

  /// Counts from 1 over all fits of a variational auto-encoder.
  public var lastEpoch: Int { last(.epoch) }
  /// Examples that the model has learned from so far.
  public var examplesSeen: Int { last(.examplesSeen) }
}

/// A metric of the training or the validation examples: a column of the history.
public struct Series: Sendable, Hashable {
  public let metric: Metric
  public let isValidation: Bool

  public init(_ metric: Metric, validation: Bool = false) {
    self.metric = metric
    isValidation = validation
  }

  /// For example "kl" and "validation_kl".
  public var name: String { isValidation ? "validation_" + metric.rawValue : metric.rawValue }

  /// Every column that a history may have, in order: terms of the validation examples follow those of the training.
  public static let all: [Series] =
    [
      Series(.phase), Series(.layer), Series(.epoch), Series(.examplesSeen),
    ] + pairs([.loss]) + pairs([.reconstruction, .kl, .elbo]) + pairs([.error])
    + [Series(.klWeight), Series(.learningRate), Series(.seconds)]

  private static func pairs(_ metrics: [Metric]) -> [Series] {
    metrics.map { Series($0) } + metrics.map { Series($0, validation: true) }
  }

  /// Those that files hold.
  public static let stored = all.filter { $0.metric != .elbo }
}
