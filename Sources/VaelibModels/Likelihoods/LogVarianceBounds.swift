import Glibc
import VaelibNumerics

/// Holds the log-variances of p(x|z) softly within bounds: t = lower + softplus(raw - lower), then upper - softplus(upper -
/// t), with lower = 2 log floor.
struct LogVarianceBounds {
  private static let upper = LocationScale.logVarianceUpperBound

  private let columns: Int
  private let lower: Float
  /// All columns, in runs that have the same lower bound.
  private var runs: [(columns: Range<Int>, lower: Float)]

  init(stddevFloor: Double, columns: Int) {
    self.columns = columns
    lower = Self.logVariance(stddevFloor)
    runs = [(0..<columns, lower)]
  }

  private static func logVariance(_ deviation: Double) -> Float { Float(2 * log(deviation)) }

  /// `floors` are those of the columns that have one of their own, in order.
  mutating func setOwnFloors(_ floors: [(column: Int, floor: Double)]) {
    runs.removeAll(keepingCapacity: true)
    var next = 0
    for (column, floor) in floors {
      if next < column { runs.append((next..<column, lower)) }
      runs.append((column..<column + 1, Self.logVariance(floor)))
      next = column + 1
    }
    if next < columns { runs.append((next..<columns, lower)) }
  }

  func apply(_ raw: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
    for (columns, lower) in runs {
      let first = columns.lowerBound
      kernels.softClamp(raw + first, out + first, lower, Self.upper, columns.count)
    }
  }

  /// Carries the gradient at bounded log-variances to the raw ones, in place.
  func backward(_ gradient: UnsafeMutablePointer<Float>, raw: UnsafePointer<Float>) {
    for (columns, lower) in runs {
      let first = columns.lowerBound
      kernels.softClampBackward(gradient + first, raw + first, lower, Self.upper, columns.count)
    }
  }
}
