public import CVaelib
import Glibc
import VaelibModels

/// Metrics as the header gives them out.
final class MetricList {
  private(set) var metrics: [vaelib_metric] = []
  /// The metrics in memory that stays where it is until they are replaced.
  private var memory: UnsafeMutablePointer<vaelib_metric>?

  deinit { memory?.deallocate() }

  var count: Int { metrics.count }
  var pointer: UnsafePointer<vaelib_metric>? { memory.map { UnsafePointer($0) } }

  /// Replaces them with those that have a value.
  func replace(_ training: MetricValues, validation: MetricValues = MetricValues()) {
    metrics =
      training.present.map { vaelib_metric(Series($0.metric), $0.value) }
      + validation.present.map { vaelib_metric(Series($0.metric, validation: true), $0.value) }
    memory?.deallocate()
    memory = .allocate(capacity: max(1, metrics.count))
    memory?.initialize(from: metrics, count: metrics.count)
  }
}

extension vaelib_metrics {
  /// Those that have a value.
  init(_ found: MetricValues) {
    self.init()
    withUnsafeMutableBytes(of: &values) { bytes in
      let places = bytes.bindMemory(to: vaelib_metric.self)
      for (metric, value) in found.present.prefix(places.count) {
        places[count] = vaelib_metric(Series(metric), value)
        count += 1
      }
    }
  }
}

extension vaelib_metric {
  fileprivate init(_ series: Series, _ value: Double) {
    self.init(name: Constants.string(series.name), value: value)
  }
}

@_cdecl("vaelib_metric_find") @implementation
public func vaelib_metric_find(
  _ metrics: UnsafePointer<vaelib_metric>?, _ count: Int, _ name: UnsafePointer<CChar>?
) -> Double {
  guard let metrics, let name, count > 0 else { return .nan }
  for index in 0..<count {
    if let other = metrics[index].name, strcmp(other, name) == 0 { return metrics[index].value }
  }
  return .nan
}
