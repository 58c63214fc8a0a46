import Glibc
import VaelibNumerics

/// Where a column's normal scores lie: points (x, Phi^-1(rank of x)), between which and beyond which the score is linear.
/// The rank of a number is the share of numbers below it and of half of those equal to it, so a number that occurs often
/// has one point in the middle of its ranks. x is counted from the median, in units of the column.
struct QuantileKnots {
  /// Of which those that are left over lie on the line beyond the last number.
  static let count = 256
  /// There are as many numbers between knots as there are knots, if they are few: each knot follows some noise of the
  /// sample, which costs p(x) 1 / (2 sqrt(n)) nats at first order.
  private static let mostInner = 224
  /// Towards the ends, the share of numbers beyond the last knot is halved while it is of at least so many.
  private static let leastBeyond = 2.0
  /// A number that has at least so many of the parts between levels has knots before and after it, too: so where a number is
  /// frequent, the gap in ranks around it does not reach to others. It takes as many levels as it adds knots.
  private static let frequentParts = 3.0
  /// Knots are at least so far apart, in units of the column, so that no density becomes infinite, and in scores.
  private static let leastWidth: Float = 1e-3
  private static let leastScore: Float = 1e-4
  /// Neighbouring numbers are so far apart, as shares of them, that float32 tells their distance.
  private static let rounding: Float = 1e-5
  /// Beyond it a rank says nothing.
  private static let leastRank = 1e-12

  /// The median, and the unit: the distance that two quantiles have in the normal distribution of deviation 1.
  let center: Float
  let unit: Float
  /// x of each knot, counted from the median in units, and its score; both ascend.
  let knots: [Float]
  let scores: [Float]

  /// nil if the numbers, of which there may be none, are nearly all the same.
  init?(_ entries: [ColumnSample.Entry]) {
    let ranks = Ranks(entries)
    guard let scale = ranks.scale() else { return nil }
    (center, unit) = (scale.center, scale.unit)
    var inner: [Point] = []
    for run in Self.runs(of: ranks) {
      let rank = min(max((run.below + run.through) / 2, Self.leastRank), 1 - Self.leastRank)
      Self.append(
        Point(
          x: (run.value - scale.center) * (1 / scale.unit), score: Float(inverseNormalCDF(rank)),
          share: run.share), to: &inner)
    }
    guard let points = Self.withTails(inner) else { return nil }
    (knots, scores) = (points.map(\.x), points.map(\.score))
  }

  /// Knots on the line through 0, for a column whose numbers are all the same.
  static let identity = (0..<count).map { Float($0 - count / 2) }

  private struct Point {
    let x: Float
    let score: Float
    /// Of the numbers that are x.
    var share = 0.0
  }

  /// The numbers that become knots, in order.
  private static func runs(of ranks: Ranks) -> [Ranks.Run] {
    let parts = min(mostInner, max(2, Int(Double(ranks.count).squareRoot())))
    var places: Set<Int> = []
    for level in levels(ranks.count, parts: parts) {
      let place = ranks.place(at: level)
      places.insert(place)
      if ranks.runs[place].share * Double(parts) >= frequentParts {
        places.formUnion([max(place - 1, 0), min(place + 1, ranks.runs.count - 1)])
      }
    }
    // There are never so many; if rounding ever made it so, the last would be left out.
    return places.sorted().prefix(count - 2).map { ranks.runs[$0] }
  }

  /// The ranks, from 0 to 1, whose numbers become knots.
  private static func levels(_ entries: Int, parts: Int) -> [Double] {
    var beyond: [Double] = []
    var share = 1 / Double(2 * parts)
    while share * Double(entries) >= leastBeyond {
      beyond.append(share)
      share /= 2
    }
    return [0] + beyond.reversed() + (1..<parts).map { Double($0) / Double(parts) } + beyond.map { 1 - $0 }
      + [1]
  }

  /// Of points too close to each other, the one is kept that more numbers have.
  private static func append(_ point: Point, to points: inout [Point]) {
    guard let last = points.last else { return points.append(point) }
    let width = max(leastWidth, abs(point.x) * rounding)
    if point.x - last.x >= width, point.score - last.score >= leastScore { return points.append(point) }
    if point.x > last.x, point.score > last.score, point.share > last.share {
      points[points.count - 1] = point
    }
  }

  /// The knots with those that say how it goes on at both ends: as in the outermost interval, but no steeper than a score
  /// of 1 for each unit, lest single numbers beyond have scores beyond all measure.
  private static func withTails(_ inner: [Point]) -> [Point]? {
    guard inner.count > 1, let first = inner.first, let last = inner.last else { return nil }
    let before = step(from: inner[0], to: inner[1])
    let after = step(from: inner[inner.count - 2], to: last)
    var points = [Point(x: first.x - before.x, score: first.score - before.score)] + inner
    for number in 1...(count - points.count) {
      let steps = Float(number)
      points.append(Point(x: last.x + steps * after.x, score: last.score + steps * after.score))
    }
    return points[0].x.isFinite && points[count - 1].x.isFinite ? points : nil
  }

  private static func step(from one: Point, to other: Point) -> Point {
    let (width, height) = (other.x - one.x, other.score - one.score)
    if height <= width { return Point(x: width, score: height) }
    let step = max(height, abs(one.x) * 1e-3, abs(other.x) * 1e-3)
    return Point(x: step, score: step)
  }
}

/// The numbers of a column in order, with the shares of numbers below them.
private struct Ranks {
  /// The same number once or more; the shares of the numbers below it, and of those up to it.
  struct Run {
    let value: Float
    let below: Double
    let through: Double
    /// Of all numbers, how many are this one.
    var share: Double { through - below }
  }

  /// A distance this small beside the numbers is rounding.
  private static let roundingOfConstants: Float = 1e-6

  let runs: [Run]
  /// How many numbers there are, equal ones counted each.
  let count: Int

  init(_ entries: [ColumnSample.Entry]) {
    count = entries.count
    let sorted = entries.sorted { $0.value < $1.value }
    let total = sorted.reduce(0) { $0 + $1.weight }
    var runs: [Run] = []
    var (below, through) = (0.0, 0.0)
    for (index, entry) in sorted.enumerated() {
      through += entry.weight
      if index + 1 < count, sorted[index + 1].value == entry.value { continue }
      runs.append(Run(value: entry.value, below: below / total, through: through / total))
      below = through
    }
    self.runs = runs
  }

  /// Where the first number is up to which there is this share of all. There must be numbers.
  func place(at share: Double) -> Int {
    var (low, high) = (0, runs.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].through >= share { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private func quantile(_ share: Double) -> Float { runs[place(at: share)].value }

  /// The median, and a unit that outliers do not change: the distance of the quartiles, or if they are the same of the
  /// first outer quantiles that are not, beside that in N(0, 1).
  func scale() -> (center: Float, unit: Float)? {
    if runs.isEmpty { return nil }
    let center = quantile(0.5)
    var share = 0.25
    while true {
      let (low, high) = (quantile(share), quantile(1 - share))
      let unit = (high - low) / Float(-2 * inverseNormalCDF(share))
      if unit.isFinite, unit > max(abs(center) * Self.roundingOfConstants, .leastNormalMagnitude) {
        return (center, unit)
      }
      if share * Double(count) < 0.5 { return nil }
      share /= 2
    }
  }
}
