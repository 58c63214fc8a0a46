/// What the steps of an epoch reported so far, each step weighted by its rows.
public struct EpochSums: Sendable {
  /// Examples learned in this epoch.
  public var rows = 0
  /// Sums over the examples of the metrics that are means, the last values of the others.
  public var values = MetricValues()
  /// Time spent on the epoch.
  public var seconds = 0.0

  public init() {
    for metric in Metric.means + Metric.lasts { values[metric] = 0 }
  }

  mutating func add(_ step: MetricValues, rows added: Int) {
    rows += added
    for metric in Metric.means { values[metric] += step[metric] * Double(added) }
    for metric in Metric.lasts { values[metric] = step[metric] }
  }

  /// The epoch so far: means over its examples, and the values of the last step.
  var metrics: MetricValues {
    var metrics = values
    for metric in Metric.means { metrics[metric] /= Double(rows) }
    metrics[.seconds] = seconds
    return metrics
  }
}
