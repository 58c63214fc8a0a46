import VaelibNumerics

extension VariationalAutoencoder {
  /// Rows that are enough to see what a model and its data are like.
  private static let sampleRows = 512
  /// A latent is active if its mean varies by more than this over examples (Burda et al. 2015, section 5.2).
  private static let leastActivity = 0.01
  /// Deviations of columns outside this range, without standardisation, keep a network from learning.
  private static let easyDeviations = 0.05...20.0
  /// Size factors that are beyond this beside the totals of counts are in another unit.
  private static let easySizes = 0.2...5.0

  /// What the caller should know of a training that went through.
  func findings(_ examples: any ExampleSource) throws -> [String] {
    let sample = SliceSource(examples, rows: 0..<min(examples.rows, Self.sampleRows))
    let moments = try ColumnMoments(sample, check: exampleCheck)
    // Examples that are all the same have one code, and no scale.
    guard let largest = moments.deviations.max(), largest > 0 else { return [] }
    let smallest = moments.deviations.filter { $0 > 0 }.min() ?? largest
    return [scaleFinding(smallest...largest), try collapseFinding(sample)].compactMap { $0 }
      + sizeFactorFindings(moments.means, rows: sample.rows)
  }

  /// Size factors are other than totals: many programs have some that are 1 in the mean. `means` are those of the columns,
  /// of so many rows.
  private func sizeFactorFindings(_ means: [Double], rows: Int) -> [String] {
    guard let size = likelihood.conditions?.sizeFactor.map({ means[$0.columns.lowerBound] }) else {
      return []
    }
    let shares = zip(likelihood.parts, configuration.groups).filter { $0.1.options.countMean == .share }
    return shares.compactMap { part, _ in
      let total = part.columns.reduce(0) { $0 + means[$1] }
      if total == 0 || Self.easySizes ~= size / total { return nil }
      return
        "size factors are \(Float(size)) in the mean of the first \(rows) rows, but \(record.columns.holding(part.columns)) "
        + "counts, shares of them, that add up to \(Float(total)), which the model cannot make up for: multiply size factors "
        + "by \(Float(total / size))"
    }
  }

  /// No latent carries anything: the encoder puts out the prior for all examples.
  private func collapseFinding(_ sample: any ExampleSource) throws -> String? {
    let means = try FloatBuffer(rows: sample.rows, columns: latentDimension)
    try encode(sample, mean: means.base, logVariance: nil)
    let codes = ArraySource(means, rows: sample.rows, columns: latentDimension)
    let moments = try ColumnMoments(codes, check: ExampleCheck.finite)
    if moments.deviations.contains(where: { $0 * $0 > Self.leastActivity }) { return nil }
    return
      "no latent is active: the encoder gives the same code for all examples, so the model knows nothing but the columns' "
      + "means. Train longer, or with kl_warmup_epochs or a smaller beta"
  }

  /// `deviations` are those of the columns that are not constant.
  private func scaleFinding(_ deviations: ClosedRange<Double>) -> String? {
    // Of groups each has options of its own.
    guard configuration.groups.isEmpty, likelihood.parts[0].likelihood is any LocationScaleLikelihood,
      configuration.options.meanActivation == .identity
    else { return nil }
    let (smallest, largest) = (deviations.lowerBound, deviations.upperBound)
    if configuration.options.variance == .fixed, configuration.options.noiseStddev > largest {
      return
        "noise_stddev is \(Float(configuration.options.noiseStddev)), but no column deviates from its mean by more than "
        + "\(Float(largest)): to the model all of that is noise. Use variance learned, or a smaller noise_stddev"
    }
    if configuration.options.standardize == 0,
      !(Self.easyDeviations ~= smallest && Self.easyDeviations ~= largest)
    {
      return
        "standardize is 0, but columns deviate from their means by \(Float(smallest)) to \(Float(largest)); networks "
        + "learn well from columns whose deviations are about 1. Set standardize to 1, or scale the data"
    }
    return nil
  }
}
