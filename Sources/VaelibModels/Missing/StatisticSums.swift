import VaelibNumerics

/// Weighted sums of the statistics of some rows, from which what they lack is estimated.
///
/// Functions of a row touch memory of that row only, so different rows may be worked on by different threads.
final class StatisticSums {
  private let count: Int
  /// [rows, count].
  private let sums: UnsafeMutablePointer<Double>

  /// `count` is that of a row's statistics.
  init(rows: Int, count: Int) throws(NumericsError) {
    self.count = count
    let (total, overflow) = rows.multipliedReportingOverflow(by: count)
    try MemoryReserve.require(overflow ? .max : total, bytes: MemoryLayout<Double>.stride)
    sums = .allocate(capacity: total)
  }

  deinit { sums.deallocate() }

  func begin(_ row: Int) { (sums + row * count).update(repeating: 0, count: count) }

  func scale(_ row: Int, by factor: Double) {
    let sum = sums + row * count
    for index in 0..<count { sum[index] *= factor }
  }

  /// Adds the statistics of a decoded row.
  func add(_ row: Int, decoded: Int, of decoder: DecoderPass, weight: Double) {
    let sum = sums + row * count
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { statistics in
      guard let statistics = statistics.baseAddress else { return }
      decoder.writeStatistics(decoded, into: statistics)
      for index in 0..<count { sum[index] += weight * Double(statistics[index]) }
    }
  }

  /// Writes the estimates of missing columns to their places in `example`, once the weights add up to 1.
  func writeEstimates(
    _ row: Int, of missing: MissingColumns, _ estimate: ImputationEstimate, decoder: DecoderPass,
    into example: UnsafeMutablePointer<Float>
  ) {
    decoder.writeEstimates(
      of: missing, from: sums + row * count, mostProbable: estimate == .mode, into: example)
  }
}
