import VaelibNumerics

/// Mean and variance of x' = t^-1(m + s u), where u has the density of a likelihood: of what a location and a scale of
/// normal scores mean for the numbers themselves.
///
/// Far out x' is a line on either side, of which the moments are known: E max(u, 0) and E u^2. What is left is bounded, and
/// averaged over the cells of the density, within which x' is followed from knot to knot.
final class QuantileMoments {
  private let columns: Int
  private var map: QuantileMap?
  private var cells: [DensityCells] = []

  init(columns: Int) { self.columns = columns }

  /// Whether there are normal scores.
  var isKnown: Bool { map != nil }

  /// Must be called whenever there may be others.
  func begin(_ map: QuantileMap?) { self.map = map }

  /// Must be called whenever the density may have changed.
  func begin(_ density: any LocationScaleDensity) {
    if isKnown { cells = (0..<columns).map { density.cells(column: $0) } }
  }

  /// The median where the density has no mean.
  func mean(_ column: Int, location: Double, scale: Double) -> Double {
    guard let tails = Tails(map, column, location: location, scale: scale) else { return location }
    let cells = cells[column]
    if !cells.meanAboveZero.isFinite { return tails.center }
    let ofTails = tails.center + (tails.above - tails.below) * cells.meanAboveZero
    return ofTails + tails.excess(cells) { from, to in (from + to) / 2 }
  }

  /// Infinite where the density has none.
  func variance(_ column: Int, location: Double, scale: Double) -> Double {
    guard let tails = Tails(map, column, location: location, scale: scale) else { return scale * scale }
    let cells = cells[column]
    if !cells.variance.isFinite { return .infinity }
    let mean = mean(column, location: location, scale: scale)
    let offset = tails.center - mean
    let ofTails =
      offset * offset + 2 * offset * (tails.above - tails.below) * cells.meanAboveZero
      + (tails.above * tails.above + tails.below * tails.below) * cells.variance / 2
    let excess = tails.excess(cells) { from, to in
      let (from, to) = (from - mean, to - mean)
      return (from * from + from * to + to * to) / 3
    }
    return max(0, ofTails + excess)
  }
}

/// x' as a function of u: what it is at 0, and how it would go on if it went on there as it does far out.
private struct Tails {
  let curve: QuantileMap.Curve
  let location: Double
  let scale: Double
  /// x' at u = 0.
  let center: Double
  /// How much x' grows with u, far below and far above.
  let below: Double
  let above: Double

  init?(_ map: QuantileMap?, _ column: Int, location: Double, scale: Double) {
    guard let map else { return nil }
    curve = map.curve(column)
    (self.location, self.scale) = (location, scale)
    center = curve.value(at: location)
    (below, above) = (scale / curve.slope(0), scale / curve.slope(QuantileMap.knotCount - 2))
  }

  /// How much more the mean of a function of x' is than it would be if x' were the tails' two lines through the center.
  /// `average` is the function's mean over numbers from one to another.
  func excess(_ cells: DensityCells, average: (_ from: Double, _ to: Double) -> Double) -> Double {
    var walk = Walk(curve, at: location + scale * cells.edges[0])
    var sum = 0.0
    for (cell, probability) in cells.probabilities.enumerated() {
      let (from, to) = (cells.edges[cell], cells.edges[cell + 1])
      let growth = to > 0 ? above : below
      let ofTails = average(center + growth * from, center + growth * to)
      sum += probability * (walk.average(to: location + scale * to, average) - ofTails)
    }
    return sum
  }
}

/// Goes up the scores of a column, from knot to knot.
private struct Walk {
  private let curve: QuantileMap.Curve
  private var interval: Int
  private var score: Double
  private var value: Double

  init(_ curve: QuantileMap.Curve, at score: Double) {
    self.curve = curve
    self.score = score
    interval = curve.interval(ofScore: Float(score))
    value = curve.value(at: score)
  }

  /// The mean of a function of x' from here to a higher score, and goes there.
  mutating func average(
    to end: Double, _ average: (_ from: Double, _ to: Double) -> Double
  ) -> Double {
    let begin = score
    var sum = 0.0
    while interval < QuantileMap.knotCount - 2, end > Double(curve.scores[interval + 1]) {
      let next = (score: Double(curve.scores[interval + 1]), value: Double(curve.knots[interval + 1]))
      sum += (next.score - score) * average(value, next.value)
      (score, value) = next
      interval += 1
    }
    let last = value + (end - score) / curve.slope(interval)
    sum += (end - score) * average(value, last)
    (score, value) = (end, last)
    return sum / (end - begin)
  }
}
