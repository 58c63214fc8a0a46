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
  /// The logarithm of each column's deviation.
  private(set) var logDeviations: [Double]
  /// log p(x) - log p(x') = - sum_d log deviation_d, by the change of variables.
  private(set) var logJacobian = 0.0
  /// The floors of columns that have another than the usual one.
  private(set) var ownFloors: [(column: Int, floor: Double)] = []

  init(_ standardization: Standardization) throws(NumericsError) {
    self.standardization = standardization
    seen = try FloatBuffer(count: standardization.range.count)
    inverses = try FloatBuffer(count: standardization.columns)
    logDeviations = Array(repeating: 0, count: standardization.columns)
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
    logJacobian = -logDeviations.reduce(0, +)
    ownFloors = isKnown ? standardization.ownFloors(in: parameters) : []
    return true
  }

  private var means: UnsafeMutablePointer<Float> { place(standardization.mean.offset) }
  private var deviations: UnsafeMutablePointer<Float> { place(standardization.deviation.offset) }

  private func place(_ offset: Int) -> UnsafeMutablePointer<Float> {
    seen.base + offset - standardization.range.lowerBound
  }

  /// x' = (x - mean) / deviation, in place.
  func apply(to values: UnsafeMutablePointer<Float>) {
    if isKnown { kernels.standardize(values, means, inverses.base, inverses.count) }
  }

  /// x = x' deviation + mean, in place.
  func restore(_ values: UnsafeMutablePointer<Float>) {
    if isKnown { kernels.restore(values, means, deviations, inverses.count) }
  }

  /// Turns variances of x' into those of x, in place.
  func restoreVariance(_ variances: UnsafeMutablePointer<Float>) {
    guard isKnown else { return }
    for column in logDeviations.indices { variances[column] *= deviations[column] * deviations[column] }
  }
}
