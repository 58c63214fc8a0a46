import Glibc

/// Sums of weights that come as logarithms, one after another, for some rows: each is counted beside the largest so
/// far.
///
/// Functions of a row touch memory of that row only, so different rows may be worked on by different threads.
final class RunningWeights {
  /// Stands for a density of 0 in float32: beside it no weight is infinite.
  private static let leastLogarithm = -1e300

  private let largest: UnsafeMutablePointer<Double>
  private let totals: UnsafeMutablePointer<Double>

  init(rows: Int) {
    largest = .allocate(capacity: rows)
    totals = .allocate(capacity: rows)
  }

  deinit {
    largest.deallocate()
    totals.deallocate()
  }

  func begin(_ row: Int) { (largest[row], totals[row]) = (-.infinity, 0) }

  /// Adds a weight. What was summed with earlier weights must be multiplied by `rescaling`, 1 unless this is the
  /// largest.
  func add(_ row: Int, logarithm: Double) -> (weight: Double, rescaling: Double) {
    let logarithm = max(logarithm, Self.leastLogarithm)
    var rescaling = 1.0
    if logarithm > largest[row] {
      rescaling = exp(largest[row] - logarithm)
      totals[row] *= rescaling
      largest[row] = logarithm
    }
    let weight = exp(logarithm - largest[row])
    totals[row] += weight
    return (weight, rescaling)
  }

  /// The sum, on the scale of the last weight.
  func total(_ row: Int) -> Double { totals[row] }
}
