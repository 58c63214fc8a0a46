import Glibc
import VaelibNetworks
import VaelibNumerics

/// What likelihoods of counts have in common. The encoder sees log(1 + x), standardised but not magnified; the decoder's
/// first outputs, softly bounded and counted from the usual size of their column once examples were seen, are l_d. Means
/// m_d are exp(l_d), or shares of s, m_d = s exp(l_d) / sum_k exp(l_k) (Lopez et al. 2018), where s is the row's total, or
/// its size factor where that is given. Of a row that lacks counts, total and sum are over the columns that it has: so
/// p(x|z) of them is that of a table of these columns alone, and counts that are missing are in proportion to them. A size
/// factor is that of all columns, and so is the sum then.
struct CountMeans: Sendable {
  let width: Int
  /// Has the mean total where means are shares.
  let standardization: Standardization?
  let areShares: Bool
  /// Whether shares are of size factors.
  let hasSizeFactor: Bool
  /// Of log(1 + x). What was nearly never counted deviates by so little that a row in which it is common would be far
  /// beyond all that the encoder has seen.
  private static let leastDeviation = 1.0

  init(_ columns: LikelihoodColumns, layout: inout ParameterLayout) throws(NetworkError) {
    width = columns.count
    areShares = columns.options.countMean == .share
    hasSizeFactor = areShares && columns.hasSizeFactor
    standardization =
      columns.options.standardize == 1
      ? try Standardization(
        columns: width, leastDeviation: Self.leastDeviation, hasTotal: areShares && !hasSizeFactor,
        prefix: columns.prefix, layout: &layout)
      : nil
  }

  var inputs: InputTransform {
    InputTransform(
      function: .logarithmOfOnePlus, standardization: standardization, isOfLikelihoodToo: false)
  }

  static func domain(_ kind: LikelihoodKind) -> ExampleDomain {
    .counts(
      neededBy: "likelihood \(kind.rawValue)", alternative: "likelihood \(LikelihoodKind.gaussian.rawValue)")
  }
}

/// The means of counts at work on rows.
final class CountMeanRows {
  /// Of the decoder's outputs: softly, means are this far at most from the usual size of their column, as powers of e.
  private static let bounds: (lower: Float, upper: Float) = (-20, 20)
  /// A column that is nearly always 0 begins at this mean.
  private static let leastStart = 1e-3
  /// What a row without counts counts as, so that log s is finite.
  private static let leastTotal = 1.0
  /// A count beside a mean that is smaller by far, as of a small size factor, has no density in float32.
  private static let leastLogMean: Float = -60
  private let greatestLogCount = log(ExampleDomain.greatestCount)

  private let means: CountMeans
  private let width: Int
  private let standardizer: Standardizer?
  /// What is added to outputs, [D].
  private let offsets: FloatBuffer
  /// log m, [rows, D].
  private let logMeans: FloatBuffer
  /// log s of each row, where means are shares, and of rows that have no total of their own.
  private let logTotals: FloatBuffer
  private var usualLogTotal: Float = 0
  /// log s of size factors, [rows, 1], where shares are of these.
  private var logSizeFactors: MatrixView?

  init(_ means: CountMeans, rows: Int) throws(NumericsError) {
    self.means = means
    width = means.width
    if let standardization = means.standardization {
      standardizer = try Standardizer(standardization)
    } else {
      standardizer = nil
    }
    offsets = try FloatBuffer(count: width)
    logMeans = try FloatBuffer(rows: rows, columns: width)
    logTotals = try FloatBuffer(count: means.areShares ? rows : 1)
  }

  func begin(parameters: UnsafePointer<Float>) {
    guard let standardizer, let mean = means.standardization?.mean else { return }
    if standardizer.begin(parameters: parameters), standardizer.isKnown {
      for column in 0..<width {
        // The count whose log(1 + x) is the mean of the column's.
        let usual = expm1(Double(parameters[mean.offset + column]))
        let start = min(max(usual, Self.leastStart), Double(ExampleDomain.greatestCount))
        offsets.base[column] = Float(log(start))
      }
      if let total = means.standardization?.total {
        usualLogTotal = log(max(parameters[total.offset], .leastNormalMagnitude))
      }
    }
  }

  func take(_ given: GivenNumbers) {
    if means.hasSizeFactor { logSizeFactors = given.logSizeFactors }
  }

  /// log m of each column, [D]. Shares are of the size factor if there is one, else of the example's total, or without one of
  /// the mean total of those that were learned from.
  func logMean(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: ObservedExample?
  ) -> UnsafePointer<Float> {
    let logMean = logMeans.base + row * width
    kernels.softClamp(outputs, logMean, Self.bounds.lower, Self.bounds.upper, width)
    kernels.addTo(logMean, offsets.base, width)
    if let logSizeFactors {
      divide(row, logMean, by: logSizeFactors.row(row)[0])
    } else if means.areShares {
      divide(row, logMean, of: example)
    }
    return UnsafePointer(logMean)
  }

  /// Makes logarithms of shares of a size factor of what lies at `logMean`.
  private func divide(_ row: Int, _ logMean: UnsafeMutablePointer<Float>, by logSize: Float) {
    makeShares(row, logMean, of: logSize)
    for column in 0..<width { logMean[column] = max(logMean[column], Self.leastLogMean) }
  }

  private func makeShares(_ row: Int, _ logMean: UnsafeMutablePointer<Float>, of logTotal: Float) {
    logTotals.base[row] = logTotal
    var (lowest, highest): (Float, Float) = (0, 0)
    _ = kernels.finiteRange(logMean, width, &lowest, &highest)
    kernels.logShares(logMean, highest, logTotal, width)
  }

  /// Makes logarithms of shares of a total of what lies at `logMean`.
  private func divide(_ row: Int, _ logMean: UnsafeMutablePointer<Float>, of example: ObservedExample?) {
    // A row without any counts is like no row.
    let example = example.flatMap { $0.missing.count < width ? $0 : nil }
    let logTotal = example.map { Float(log(max(total($0), Self.leastTotal))) } ?? usualLogTotal
    makeShares(row, logMean, of: logTotal)
    if let example, !example.missing.isEmpty { divideAmongObserved(logMean, logTotal, example.missing) }
  }

  /// The total of what a row has.
  private func total(_ example: ObservedExample) -> Double {
    if example.missing.isEmpty { return kernels.total(example.values, width) }
    var sum = 0.0
    example.missing.forEachObserved(count: width) { sum += Double(example.values[$0]) }
    return sum
  }

  /// Makes of shares of the total those of which the observed ones add up to it.
  private func divideAmongObserved(
    _ logMean: UnsafeMutablePointer<Float>, _ logTotal: Float, _ missing: MissingColumns
  ) {
    var sum = 0.0
    missing.forEachObserved(count: width) { sum += exp(Double(logMean[$0] - logTotal)) }
    let shift = Float(log(sum))
    for column in 0..<width { logMean[column] -= shift }
    // Beside few counts there may be no end to what is missing.
    missing.forEach { logMean[$0] = min(logMean[$0], greatestLogCount) }
  }

  /// m of each column, [D], as `logMean` has it.
  func writeMean(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: ObservedExample?,
    into mean: UnsafeMutablePointer<Float>
  ) {
    kernels.exponential(logMean(row, outputs, of: example), mean, 1, width)
  }

  /// A count whose mean is this: a whole number where it is to be one that occurs.
  static func estimate(mean: Double, isWhole: Bool) -> Float { Float(isWhole ? mean.rounded() : mean) }

  /// Takes back the gradient at the output of a missing column, unless that has a part in the sum of all shares.
  func clear(_ column: Int, in gradient: UnsafeMutablePointer<Float>) {
    if logSizeFactors == nil { gradient[column] = 0 }
  }

  /// Carries the gradient at log m of a row, which `logMean` was asked for last, to the outputs, in place. What is found at
  /// those of missing columns means nothing, unless shares are of size factors.
  func finish(
    _ row: Int, _ outputs: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>,
    missing: MissingColumns
  ) {
    if means.areShares {
      missing.forEach { gradient[$0] = 0 }
      kernels.logSharesBackward(gradient, logMeans.base + row * width, logTotals.base[row], width)
    }
    kernels.softClampBackward(gradient, outputs, Self.bounds.lower, Self.bounds.upper, width)
  }
}
