import Glibc
import VaelibNumerics

/// Holds the log-variances of p(x|z) softly within bounds: t = lower + softplus(raw - lower), then upper - softplus(upper -
/// t), with lower = 2 log floor. Few columns have a floor of their own.
struct LogVarianceBounds {
  private static let upper = GaussianLikelihood.logVarianceUpperBound

  private let stddevFloor: Double
  private let columns: Int
  private let lower: Float
  /// Of columns that have one of their own.
  private var ownLower: [(column: Int, lower: Float)] = []

  init(stddevFloor: Double, columns: Int) {
    self.stddevFloor = stddevFloor
    self.columns = columns
    lower = Self.logVariance(stddevFloor)
  }

  private static func logVariance(_ deviation: Double) -> Float { Float(2 * log(deviation)) }

  mutating func setOwnFloors(of standardizer: Standardizer) {
    ownLower.removeAll(keepingCapacity: true)
    for column in 0..<columns {
      if let floor = standardizer.ownFloor(column, usual: stddevFloor) {
        ownLower.append((column, Self.logVariance(floor)))
      }
    }
  }

  func apply(_ raw: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
    kernels.boundLogVariance(raw, out, lower, Self.upper, columns)
    for (column, lower) in ownLower {
      kernels.boundLogVariance(raw + column, out + column, lower, Self.upper, 1)
    }
  }

  /// Carries the gradient at bounded log-variances to the raw ones, in place.
  func backward(_ gradient: UnsafeMutablePointer<Float>, raw: UnsafePointer<Float>) {
    // First, since it is in place: a column's gradient must go through one of the two only.
    let own = ownLower.map { gradient[$0.column] }
    kernels.boundLogVarianceBackward(gradient, raw, lower, Self.upper, columns)
    for (index, (column, lower)) in ownLower.enumerated() {
      gradient[column] = own[index]
      kernels.boundLogVarianceBackward(gradient + column, raw + column, lower, Self.upper, 1)
    }
  }
}
