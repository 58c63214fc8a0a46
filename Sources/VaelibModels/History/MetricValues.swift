/// A value for some of the metrics; NaN for the others.
public struct MetricValues: Sendable, ExpressibleByDictionaryLiteral {
  private var values = [Double](repeating: .nan, count: Metric.allCases.count)

  public init(dictionaryLiteral elements: (Metric, Double)...) {
    for (metric, value) in elements { self[metric] = value }
  }

  /// A difference follows from its two terms.
  public subscript(metric: Metric) -> Double {
    get {
      guard let (first, second) = metric.terms else { return values[metric.index] }
      return self[first] - self[second]
    }
    set { values[metric.index] = newValue }
  }

  /// Those that have a value.
  public var present: [(metric: Metric, value: Double)] {
    Metric.allCases.compactMap { self[$0].isNaN ? nil : ($0, self[$0]) }
  }
}
