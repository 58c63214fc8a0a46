import Glibc
import VaelibNumerics

/// A symmetric density f of location 0 and scale 1 in cells, over each of which it counts as constant: for means of
/// functions that bend anywhere, E g(u) = sum_i p_i (mean of g over cell i). What lies beyond the cells has a probability
/// below 1e-6, and counts as lying within.
struct DensityCells: Sendable {
  /// Where cells begin and end, in ascending order; 0 is among these numbers.
  let edges: [Double]
  /// One fewer; they add up to 1.
  let probabilities: [Double]
  /// E max(u, 0); infinite where there is none.
  let meanAboveZero: Double
  /// E u^2; infinite where there is none.
  let variance: Double

  private static let width = 0.125
  /// Of logarithms of densities, how far from the highest they are left out.
  private static let depth = 16.0

  static let gaussian = DensityCells(
    end: (2 * depth).squareRoot(), meanAboveZero: 1 / (2 * Double.pi).squareRoot(), variance: 1
  ) { ($0, -$0 * $0 / 2) }

  /// exp(-sqrt(2) |u|) / sqrt(2).
  static let laplace = DensityCells(
    end: depth / 2.0.squareRoot(), meanAboveZero: 0.5.squareRoot() / 2, variance: 1
  ) { ($0, -$0 * 2.0.squareRoot()) }

  /// With u = sqrt(n) sinh(w / sqrt(n)), w has a density in proportion to cosh(w / sqrt(n))^-n, which falls at least
  /// exponentially.
  static func studentT(degrees n: Double) -> DensityCells {
    let root = n.squareRoot()
    // E |u| / 2, by Gamma functions.
    let mean = exp(logGamma((n + 1) / 2) - logGamma(n / 2)) * root / (Double.pi.squareRoot() * (n - 1))
    return DensityCells(
      end: root * acosh(exp(depth / n)), meanAboveZero: n > 1 ? mean : .infinity,
      variance: n > 2 ? n / (n - 2) : .infinity
    ) { w in (root * sinh(w / root), -n * log(cosh(w / root))) }
  }

  /// `point` has, for w from 0 to `end`, the place u, and the logarithm of the density of w there but for a constant.
  private init(
    end: Double, meanAboveZero: Double, variance: Double, point: (Double) -> (place: Double, log: Double)
  ) {
    let count = Int((end / Self.width).rounded(.up))
    let places = (1...count).map { point(Double($0) * Self.width).place }
    let masses = (0..<count).map { exp(point((Double($0) + 0.5) * Self.width).log) }
    let total = 2 * masses.reduce(0, +)
    edges = places.reversed().map { -$0 } + [0] + places
    probabilities = (masses.reversed() + masses).map { $0 / total }
    (self.meanAboveZero, self.variance) = (meanAboveZero, variance)
  }
}
