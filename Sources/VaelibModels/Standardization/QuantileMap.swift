import Glibc
import VaelibNumerics

/// Normal scores at work: t(x'), piecewise linear through the knots of each column, and going on at both ends as it does
/// between the outermost two.
final class QuantileMap {
  static let knotCount = QuantileKnots.count

  let columns: Int
  /// [D, K] each.
  private let knots: UnsafePointer<Float>
  private let scores: UnsafePointer<Float>
  /// log t' between each knot and the next, [D, K - 1].
  private var logSlopes: [Double]

  /// `knots` and `scores` are read whenever it is used, and must stay as long as it.
  init(columns: Int, knots: UnsafePointer<Float>, scores: UnsafePointer<Float>) {
    (self.columns, self.knots, self.scores) = (columns, knots, scores)
    logSlopes = Array(repeating: 0, count: columns * (Self.knotCount - 1))
  }

  /// Must be called whenever knots have changed.
  func begin() {
    for column in 0..<columns {
      let curve = curve(column)
      for interval in 0..<Self.knotCount - 1 {
        logSlopes[column * (Self.knotCount - 1) + interval] = log(curve.slope(interval))
      }
    }
  }

  func curve(_ column: Int) -> Curve {
    Curve(knots: knots + column * Self.knotCount, scores: scores + column * Self.knotCount)
  }

  /// Makes scores of x', in place.
  func apply(to values: UnsafeMutablePointer<Float>) {
    for column in 0..<columns { values[column] = curve(column).score(of: values[column]) }
  }

  /// Makes x' of scores, in place.
  func restore(_ values: UnsafeMutablePointer<Float>) {
    for column in 0..<columns { values[column] = Float(curve(column).value(at: Double(values[column]))) }
  }

  /// log t' of a column where it has this score.
  func logSlope(_ score: Float, column: Int) -> Double {
    logSlopes[column * (Self.knotCount - 1) + curve(column).interval(ofScore: score)]
  }

  /// t of one column.
  struct Curve {
    let knots: UnsafePointer<Float>
    let scores: UnsafePointer<Float>

    func slope(_ interval: Int) -> Double {
      (Double(scores[interval + 1]) - Double(scores[interval]))
        / (Double(knots[interval + 1]) - Double(knots[interval]))
    }

    func interval(ofScore score: Float) -> Int { Self.interval(of: score, in: scores) }

    /// The last knot that is not beyond `place`, or the first; none that has no other after it.
    private static func interval(of place: Float, in ascending: UnsafePointer<Float>) -> Int {
      var (found, step) = (0, knotCount / 2)
      while step > 0 {
        if ascending[found + step] <= place { found += step }
        step /= 2
      }
      return min(found, knotCount - 2)
    }

    func score(of value: Float) -> Float {
      let interval = Self.interval(of: value, in: knots)
      return Float(
        Double(scores[interval]) + (Double(value) - Double(knots[interval])) * slope(interval))
    }

    /// x' where the score is this.
    func value(at score: Double) -> Double {
      let interval = interval(ofScore: Float(score))
      return Double(knots[interval]) + (score - Double(scores[interval])) / slope(interval)
    }
  }
}
