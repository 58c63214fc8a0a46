import Glibc
import VaelibNumerics

/// A standardisation at work. `begin` must be called whenever parameters may have changed; where it returns false no
/// examples were seen yet, and columns stay as they are.
final class Standardizer {
  private let standardization: Standardization
  private let columns: Int
  private let inverses: FloatBuffer
  private var mean: UnsafePointer<Float>?
  private var deviation: UnsafePointer<Float>?
  private var floor: UnsafePointer<Float>?

  init(_ standardization: Standardization) throws(NumericsError) {
    self.standardization = standardization
    columns = standardization.mean.columns
    inverses = try FloatBuffer(count: columns)
  }

  func begin(parameters: UnsafePointer<Float>) -> Bool {
    guard standardization.isKnown(in: parameters) else {
      (mean, deviation, floor) = (nil, nil, nil)
      return false
    }
    let deviation = parameters + standardization.deviation.offset
    mean = parameters + standardization.mean.offset
    floor = parameters + standardization.floor.offset
    self.deviation = deviation
    for column in 0..<columns { inverses.base[column] = 1 / deviation[column] }
    return true
  }

  /// x' = (x - mean) / deviation, in place.
  func apply(to values: UnsafeMutablePointer<Float>) {
    if let mean { kernels.standardize(values, mean, inverses.base, columns) }
  }

  /// x = x' deviation + mean, in place.
  func restore(_ values: UnsafeMutablePointer<Float>) {
    if let mean, let deviation { kernels.restore(values, mean, deviation, columns) }
  }

  /// Turns variances of x' into those of x, in place.
  func restoreVariance(_ variances: UnsafeMutablePointer<Float>) {
    guard let deviation else { return }
    for column in 0..<columns { variances[column] *= deviation[column] * deviation[column] }
  }

  /// The logarithm of the deviation of a column.
  func logDeviation(_ column: Int) -> Double { deviation.map { log(Double($0[column])) } ?? 0 }

  /// log p(x) - log p(x') = - sum_d log deviation_d, by the change of variables.
  func logJacobian() -> Double { -(0..<columns).reduce(0) { $0 + logDeviation($1) } }

  /// The floor of a column's standard deviation where it is another than `usual`.
  func ownFloor(_ column: Int, usual: Double) -> Double? {
    guard let floor = floor.map({ $0[column] }), floor != Float(usual) else { return nil }
    return Double(floor)
  }
}
