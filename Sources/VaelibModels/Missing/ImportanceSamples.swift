import VaelibNumerics

/// Samples of what examples lack, given what they have: x_m of p(x|z_k), for a z_k that is chosen with the probability
/// w_k of `ImportanceEstimates` (Mattei & Frellsen 2019, section 3.3). Each z_k replaces the choice before it with
/// probability w_k / (w_1 + ... + w_k), so none needs to be kept.
final class ImportanceSamples: ImputationCollector {
  private let configuration: ImputationConfiguration
  private let width: Int
  /// How many streams a sample of p(x|z) takes.
  private let streams: Int
  private let weights: RunningWeights
  /// [rows, M, D].
  private let results: FloatBuffer

  init(
    _ configuration: ImputationConfiguration, _ model: VariationalAutoencoder, rows: Int
  ) throws(NumericsError) {
    self.configuration = configuration
    width = model.dataDimension
    streams = model.likelihood.parts.count
    weights = RunningWeights(rows: rows)
    let (count, overflow) = rows.multipliedReportingOverflow(by: configuration.imputations)
    results = try FloatBuffer(rows: overflow ? .max : count, columns: width)
  }

  func begin(_ examples: MatrixView) {
    for row in 0..<examples.rows {
      for imputation in 0..<configuration.imputations {
        place(row, imputation).update(from: examples.row(row), count: width)
      }
    }
  }

  private func place(_ row: Int, _ imputation: Int) -> UnsafeMutablePointer<Float> {
    results.base + (row * configuration.imputations + imputation) * width
  }

  func collect(
    _ row: Int, _ example: UnsafePointer<Float>, missing: MissingColumns, place: Int, samples: Range<Int>,
    draws: UnsafePointer<Draw>, decoded: Int, of decoder: DecoderPass
  ) {
    if missing.isEmpty { return }
    if samples.lowerBound == 0 { weights.begin(row) }
    let imputations = configuration.imputations
    withUnsafeTemporaryAllocation(of: Float.self, capacity: imputations + width) { scratch in
      guard let uniforms = scratch.baseAddress else { return }
      let drawn = uniforms + imputations
      for index in 0..<samples.count {
        let weight = weights.add(row, logarithm: draws[index].logWeight).weight
        RandomPurpose.imputationChoice.stream(
          seed: configuration.seed, epoch: samples.lowerBound + index, example: place
        ).uniforms(into: uniforms, count: imputations)
        for imputation in 0..<imputations
        where Double(uniforms[imputation]) * weights.total(row) < weight {
          decoder.writeSample(
            decoded + index, of: example, missing: missing,
            stream: RandomPurpose.imputationSample.stream(
              seed: configuration.seed, epoch: imputation * streams, example: place),
            into: drawn)
          let result = self.place(row, imputation)
          missing.forEach { result[$0] = drawn[$0] }
        }
      }
    }
  }

  func result(_ row: Int, imputation: Int) -> UnsafePointer<Float> {
    UnsafePointer(place(row, imputation))
  }
}
