import VaelibNumerics

/// Sums over latent samples of log p(x_d|z), for each column of a block's rows.
final class ColumnTerms: DrawCollector {
  private let width: Int
  /// [rows, D].
  private let sums: UnsafeMutablePointer<Double>

  init(width: Int, rows: Int) throws(NumericsError) {
    self.width = width
    let (count, overflow) = rows.multipliedReportingOverflow(by: width)
    try MemoryReserve.require(overflow ? .max : count, bytes: MemoryLayout<Double>.stride)
    sums = .allocate(capacity: count)
  }

  deinit { sums.deallocate() }

  /// The sums of a row of the block, [D].
  func sum(_ row: Int) -> UnsafePointer<Double> { UnsafePointer(sums + row * width) }

  func collect(
    _ row: Int, _ example: UnsafePointer<Float>, missing: MissingColumns, place: Int, samples: Range<Int>,
    draws: UnsafePointer<Draw>, decoded: Int, of decoder: DecoderPass
  ) {
    let sum = sums + row * width
    if samples.lowerBound == 0 { sum.update(repeating: 0, count: width) }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { terms in
      guard let terms = terms.baseAddress else { return }
      for index in 0..<samples.count {
        decoder.writeColumnTerms(decoded + index, of: example, missing: missing, into: terms)
        for column in 0..<width { sum[column] += terms[column] }
      }
    }
  }
}
