import VaelibNumerics

/// Sums over latent samples of log p(x_d|z), for each column of a block's rows.
final class ColumnTerms: DrawCollector {
  private let sums: DoubleRows

  init(width: Int, rows: Int) throws(NumericsError) { sums = try DoubleRows(rows: rows, columns: width) }

  /// The sums of a row of the block, [D].
  func sum(_ row: Int) -> UnsafePointer<Double> { UnsafePointer(sums.row(row)) }

  func collect(
    _ row: Int, _ example: UnsafePointer<Float>, missing: MissingColumns, place: Int, samples: Range<Int>,
    draws: UnsafePointer<Draw>, decoded: Int, of decoder: DecoderPass
  ) {
    let (sum, width) = (sums.row(row), sums.columns)
    if samples.lowerBound == 0 { sums.clear(row) }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { terms in
      guard let terms = terms.baseAddress else { return }
      for index in 0..<samples.count {
        decoder.writeColumnTerms(decoded + index, of: example, missing: missing, into: terms)
        for column in 0..<width { sum[column] += terms[column] }
      }
    }
  }
}
