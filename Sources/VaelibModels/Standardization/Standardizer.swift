import Glibc
import VaelibNumerics

/// A standardisation at work. `begin` must be called whenever parameters may have changed. Until examples were seen columns
/// stay as they are.
final class Standardizer {
  private let standardization: Standardization
  /// The tensors from which everything else here was computed; training does not change them.
  private let seen: FloatBuffer
  private let inverses: FloatBuffer
  private(set) var isKnown = false
  /// What makes normal scores of x', where that is wanted.
  private let map: QuantileMap?
  /// The logarithm of each column's deviation.
  private(set) var logDeviations: [Double]
  /// log p(x) - log p(x') = - sum_d log deviation_d, by the change of variables; of scores there is more to it.
  private var logUnits = 0.0
  /// The floors of columns that have another than the usual one.
  private(set) var ownFloors: [(column: Int, floor: Double)] = []

  init(_ standardization: Standardization) throws(NumericsError) {
    self.standardization = standardization
    seen = try FloatBuffer(count: standardization.range.count)
    inverses = try FloatBuffer(count: standardization.columns)
    logDeviations = Array(repeating: 0, count: standardization.columns)
    let (seen, first) = (seen.base, standardization.range.lowerBound)
    map = standardization.quantiles.map { quantiles in
      QuantileMap(
        columns: standardization.columns, knots: seen + quantiles.knots.offset - first,
        scores: seen + quantiles.scores.offset - first)
    }
  }

  /// Whether anything has changed since the last time.
  @discardableResult
  func begin(parameters: UnsafePointer<Float>) -> Bool {
    let tensors = parameters + standardization.range.lowerBound
    if memcmp(seen.base, tensors, seen.count * MemoryLayout<Float>.size) == 0 { return false }
    seen.base.update(from: tensors, count: seen.count)
    isKnown = standardization.isKnown(in: parameters)
    for column in logDeviations.indices {
      inverses.base[column] = isKnown ? 1 / deviations[column] : 1
      logDeviations[column] = isKnown ? log(Double(deviations[column])) : 0
    }
    logUnits = logDeviations.reduce(0, +)
    if isKnown { map?.begin() }
    ownFloors = isKnown ? standardization.ownFloors(in: parameters) : []
    return true
  }

  private var means: UnsafeMutablePointer<Float> { place(standardization.mean.offset) }
  private var deviations: UnsafeMutablePointer<Float> { place(standardization.deviation.offset) }

  private func place(_ offset: Int) -> UnsafeMutablePointer<Float> {
    seen.base + offset - standardization.range.lowerBound
  }

  /// What makes normal scores of x', where that is wanted and known.
  var quantiles: QuantileMap? { isKnown ? map : nil }

  /// x' = (x - mean) / deviation, or its normal score, in place.
  func apply(to values: UnsafeMutablePointer<Float>) {
    if !isKnown { return }
    kernels.standardize(values, means, inverses.base, inverses.count)
    map?.apply(to: values)
  }

  /// x = x' deviation + mean, or that of the x' with this normal score, in place.
  func restore(_ values: UnsafeMutablePointer<Float>) {
    quantiles?.restore(values)
    restoreUnits(values)
  }

  /// x = x' deviation + mean, in place.
  func restoreUnits(_ values: UnsafeMutablePointer<Float>) {
    if isKnown { kernels.restore(values, means, deviations, inverses.count) }
  }

  /// log p(x) - log p(x') of numbers that were transformed: - sum_d log deviation_d, and of scores + log t'_d.
  func logJacobian(of values: UnsafePointer<Float>) -> Double {
    guard let quantiles else { return -logUnits }
    return (0..<quantiles.columns).reduce(-logUnits) { $0 + quantiles.logSlope(values[$1], column: $1) }
  }

  /// The share of a column in it.
  func logJacobian(of value: Float, column: Int) -> Double {
    (quantiles?.logSlope(value, column: column) ?? 0) - logDeviations[column]
  }

  /// Turns variances of x' into those of x, in place.
  func restoreVariance(_ variances: UnsafeMutablePointer<Float>) {
    guard isKnown else { return }
    for column in logDeviations.indices { variances[column] *= deviations[column] * deviations[column] }
  }
}
