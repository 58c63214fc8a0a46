import VaelibNumerics

/// Mean and variance of x' = t^-1(m + s u), where u has the density of a likelihood: of what a location and a scale of
/// normal scores mean for the numbers themselves.
///
/// x' is followed from knot to knot through the cells of the density; beyond these it is a line on either side.
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
    guard let map else { return location }
    let (curve, cells) = (map.curve(column), cells[column])
    if !cells.beyond.distance.isFinite { return curve.value(at: location) }
    let ends = Ends(curve, cells, location: location, scale: scale)
    let beyond =
      cells.beyond.probability * (ends.low + ends.high)
      + cells.beyond.distance * (ends.growthAbove - ends.growthBelow)
    return beyond + within(cells, curve, location: location, scale: scale) { from, to in (from + to) / 2 }
  }

  /// Infinite where the density has none.
  func variance(_ column: Int, location: Double, scale: Double) -> Double {
    guard let map else { return scale * scale }
    let (curve, cells) = (map.curve(column), cells[column])
    if !cells.beyond.square.isFinite { return .infinity }
    let mean = mean(column, location: location, scale: scale)
    let ends = Ends(curve, cells, location: location, scale: scale)
    let (low, high) = (ends.low - mean, ends.high - mean)
    let beyond =
      cells.beyond.probability * (low * low + high * high)
      + 2 * cells.beyond.distance * (high * ends.growthAbove - low * ends.growthBelow)
      + cells.beyond.square
      * (ends.growthAbove * ends.growthAbove + ends.growthBelow * ends.growthBelow)
    let within = within(cells, curve, location: location, scale: scale) { from, to in
      let (from, to) = (from - mean, to - mean)
      return (from * from + from * to + to * to) / 3
    }
    return beyond + within
  }

  /// The part of a mean that the cells have. `average` is the function's mean over numbers from one to another.
  private func within(
    _ cells: DensityCells, _ curve: QuantileMap.Curve, location: Double, scale: Double,
    average: (_ from: Double, _ to: Double) -> Double
  ) -> Double {
    var walk = Walk(curve, at: location + scale * cells.edges[0])
    var sum = 0.0
    for (cell, probability) in cells.probabilities.enumerated() {
      sum += probability * walk.average(to: location + scale * cells.edges[cell + 1], average)
    }
    return sum
  }
}

/// x' at the first and the last edge of a density's cells, and how much it grows with u beyond them.
private struct Ends {
  let low: Double
  let high: Double
  let growthBelow: Double
  let growthAbove: Double

  init(_ curve: QuantileMap.Curve, _ cells: DensityCells, location: Double, scale: Double) {
    let last = cells.edges[cells.edges.count - 1]
    (low, high) = (curve.value(at: location - scale * last), curve.value(at: location + scale * last))
    growthBelow = scale / curve.slope(0)
    growthAbove = scale / curve.slope(QuantileMap.knotCount - 2)
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
    // So far out, or of so small a scale, that the cell is one number.
    if !(end > begin) { return average(value, value) }
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
