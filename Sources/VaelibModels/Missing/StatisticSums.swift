import VaelibNumerics

/// Weighted sums of the statistics of some rows, from which what they lack is estimated.
///
/// Functions of a row touch memory of that row only, so different rows may be worked on by different threads.
final class StatisticSums {
  private let sums: DoubleRows

  /// `count` is that of a row's statistics.
  init(rows: Int, count: Int) throws(NumericsError) { sums = try DoubleRows(rows: rows, columns: count) }

  func begin(_ row: Int) { sums.clear(row) }

  func scale(_ row: Int, by factor: Double) {
    let (sum, count) = (sums.row(row), sums.columns)
    for index in 0..<count { sum[index] *= factor }
  }

  /// Adds the statistics of a decoded row, for an example that lacks columns.
  func add(
    _ row: Int, decoded: Int, of decoder: DecoderPass, _ example: UnsafePointer<Float>,
    missing: MissingColumns, weight: Double
  ) {
    let (sum, count) = (sums.row(row), sums.columns)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { statistics in
      guard let statistics = statistics.baseAddress else { return }
      decoder.writeStatistics(decoded, of: example, missing: missing, into: statistics)
      for index in 0..<count { sum[index] += weight * Double(statistics[index]) }
    }
  }

  /// Writes the estimates of missing columns to their places in `example`, once the weights add up to 1.
  func writeEstimates(
    _ row: Int, of missing: MissingColumns, _ estimate: ImputationEstimate, decoder: DecoderPass,
    into example: UnsafeMutablePointer<Float>
  ) {
    decoder.writeEstimates(
      of: missing, from: sums.row(row), mostProbable: estimate == .mode, into: example)
  }
}
