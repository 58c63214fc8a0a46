import VaelibNumerics

/// The completed examples of an imputation, as they are collected.
protocol ImputationCollector: DrawCollector {
  /// An imputation of a row of the block, [D].
  func result(_ row: Int, imputation: Int) -> UnsafePointer<Float>
}

/// Means of what examples lack, from latent samples z_k of q(z|x_o), where x_o is what they have: E[x_m|x_o] is sum_k
/// w_k E[x_m|z_k], with w_k proportional to p(x_o|z_k) p(z_k) / q(z_k|x_o) (Mattei & Frellsen 2019, eq. 10 and 11).
final class ImportanceEstimates: ImputationCollector {
  private let configuration: ImputationConfiguration
  private let width: Int
  private let weights: RunningWeights
  private let sums: StatisticSums
  /// [rows, D].
  private let results: FloatBuffer

  init(
    _ configuration: ImputationConfiguration, width: Int, rows: Int, decoder: DecoderPass
  ) throws(NumericsError) {
    self.configuration = configuration
    self.width = width
    weights = RunningWeights(rows: rows)
    sums = try StatisticSums(rows: rows, count: decoder.statisticCount)
    results = try FloatBuffer(rows: rows, columns: width)
  }

  func begin(_ examples: MatrixView) {
    for row in 0..<examples.rows {
      (results.base + row * width).update(from: examples.row(row), count: width)
    }
  }

  func collect(
    _ row: Int, _ example: UnsafePointer<Float>, missing: MissingColumns, place: Int, samples: Range<Int>,
    draws: UnsafePointer<Draw>, decoded: Int, of decoder: DecoderPass
  ) {
    if missing.isEmpty { return }
    if samples.lowerBound == 0 {
      weights.begin(row)
      sums.begin(row)
    }
    for index in 0..<samples.count {
      let (weight, rescaling) = weights.add(row, logarithm: draws[index].logWeight)
      if rescaling != 1 { sums.scale(row, by: rescaling) }
      sums.add(row, decoded: decoded + index, of: decoder, example, missing: missing, weight: weight)
    }
    if samples.upperBound == configuration.samples {
      sums.scale(row, by: 1 / weights.total(row))
      sums.writeEstimates(
        row, of: missing, configuration.estimate, decoder: decoder, into: results.base + row * width)
    }
  }

  func result(_ row: Int, imputation: Int) -> UnsafePointer<Float> {
    UnsafePointer(results.base + row * width)
  }
}
