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
    Series.all.filter { series in
      guard let (first, second) = series.terms else { return columns[series] != nil }
      return columns[first] != nil && columns[second] != nil
    }
  }

  /// The values of a column, one per epoch; NaN where it has none.
  public subscript(series: Series) -> [Double] {
    if let (first, second) = series.terms { return zip(self[first], self[second]).map { $0 - $1 } }
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
