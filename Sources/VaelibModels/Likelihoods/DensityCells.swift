import Glibc
import VaelibNumerics

/// A symmetric density of location 0 and scale 1 in cells, over each of which it counts as constant: for means of functions
/// that bend anywhere, E g(u) = sum_i p_i (mean of g over cell i), and of what lies beyond the cells.
struct DensityCells: Sendable {
  /// Where cells begin and end, in ascending order.
  let edges: [Double]
  /// Of each cell; they add up to 1 - 2 P(u > U), with U the last edge.
  let probabilities: [Double]
  let beyond: Tail

  /// What lies beyond the last edge U: E (u - U)^k over u > U, for k from 0 to 2; infinite where there is no such moment.
  struct Tail: Sendable {
    var probability = 0.0
    var distance = 0.0
    var square = 0.0
  }

  private static let width = 0.125
  /// How far below the highest a logarithm of a density is that is left out.
  private static let depth = 24.0
  /// By how much a cell is narrower than `width`: within it numbers lie nearer to 0 on average than its middle, by this
  /// share of their distance where the density is N(0, 1).
  private static let narrowing = width * width / 24

  static let gaussian = DensityCells(end: (2 * depth).squareRoot()) { ($0, -$0 * $0 / 2) }

  /// exp(-sqrt(2) |u|) / sqrt(2).
  static let laplace = DensityCells(end: depth / 2.0.squareRoot(), narrowing: 2 * narrowing) {
    ($0, -$0 * 2.0.squareRoot())
  }

  /// With u = sqrt(n) sinh(w / sqrt(n)), w has a density in proportion to cosh(w / sqrt(n))^-n, which falls at least
  /// exponentially. Beyond the cells that of u falls as u^-(n + 1).
  static func studentT(degrees n: Double) -> DensityCells {
    let root = n.squareRoot()
    let end = (root * acosh(exp(depth / n)) / width).rounded(.up) * width
    let last = root * sinh(end / root)
    let highest = exp(logGamma((n + 1) / 2) - logGamma(n / 2)) / (n * .pi).squareRoot()
    let mass = highest * exp(-(n + 1) * log(cosh(end / root))) * last / n
    return DensityCells(
      end: end,
      beyond: Tail(
        probability: mass, distance: n > 1 ? mass * last / (n - 1) : .infinity,
        square: n > 2 ? 2 * mass * last * last / ((n - 1) * (n - 2)) : .infinity)
    ) { w in (root * sinh(w / root), -n * log(cosh(w / root))) }
  }

  /// `point` has, for w from 0 to `end`, the place u, and the logarithm of the density of w there but for a constant.
  private init(
    end: Double, narrowing: Double = narrowing, beyond: Tail = Tail(),
    point: (Double) -> (place: Double, log: Double)
  ) {
    let count = Int((end / Self.width).rounded(.up))
    let places = (1...count).map { point(Double($0) * Self.width * (1 - narrowing)).place }
    let masses = (0..<count).map { exp(point((Double($0) + 0.5) * Self.width).log) }
    let unit = (1 - 2 * beyond.probability) / (2 * masses.reduce(0, +))
    edges = places.reversed().map { -$0 } + [0] + places
    probabilities = (masses.reversed() + masses).map { $0 * unit }
    self.beyond = beyond
  }
}
