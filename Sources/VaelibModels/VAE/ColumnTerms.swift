import VaelibNumerics

/// Sums over latent samples of log p(x_d|z), for each column of a block's rows.
final class ColumnTerms {
  private let width: Int
  /// Of the rows decoded last, one sample each, and of the block's rows over all samples, [rows, D].
  private let decoded: UnsafeMutablePointer<Double>
  private let sums: UnsafeMutablePointer<Double>

  init(width: Int, rows: Int, decodedRows: Int) throws {
    self.width = width
    let (count, overflow) = (rows + decodedRows).multipliedReportingOverflow(by: width)
    try MemoryReserve.require(overflow ? .max : count, bytes: MemoryLayout<Double>.stride)
    decoded = .allocate(capacity: decodedRows * width)
    sums = .allocate(capacity: rows * width)
  }

  deinit {
    decoded.deallocate()
    sums.deallocate()
  }

  /// Where the terms of a decoded row go, [D].
  func decoded(_ row: Int) -> UnsafeMutablePointer<Double> { decoded + row * width }

  /// The sums of a row of the block, [D].
  func sum(_ row: Int) -> UnsafeMutablePointer<Double> { sums + row * width }

  /// Adds `count` decoded rows, which are samples of the same row, to its sums, or begins them.
  func add(_ row: Int, decoded first: Int, count: Int, begins: Bool) {
    let sum = sum(row)
    if begins { sum.update(repeating: 0, count: width) }
    for sample in first..<first + count {
      let terms = decoded(sample)
      for column in 0..<width { sum[column] += terms[column] }
    }
  }
}
