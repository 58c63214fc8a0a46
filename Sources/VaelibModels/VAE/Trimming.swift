/// Which rows of a batch are left out of its gradient: a part of them with the highest loss, so that outliers among the
/// training examples do not teach the model how usual they are.
final class Trimming {
  private let fraction: Double
  private let leftOut: UnsafeMutablePointer<Bool>

  init(_ fraction: Double, capacity: Int) {
    self.fraction = fraction
    leftOut = .allocate(capacity: capacity)
  }

  deinit { leftOut.deallocate() }

  func isLeftOut(_ row: Int) -> Bool { leftOut[row] }

  /// Leaves out `fraction * rows` rows, rounded down. Of equal losses the later row is left out. A loss that is not a
  /// number stays, so that it is found.
  func choose(_ terms: UnsafePointer<BoundTerms>, rows: Int, klWeight: Double) {
    leftOut.update(repeating: false, count: rows)
    let losses = (0..<rows).map { row in
      let loss = terms[row].loss(klWeight: klWeight)
      return loss.isNaN ? -Double.infinity : loss
    }
    let highest = (0..<rows).sorted { (losses[$0], $0) > (losses[$1], $1) }
    for row in highest.prefix(Int(fraction * Double(rows))) { leftOut[row] = true }
  }

  /// The mean loss of the other rows, by their weights, times the mean weight of all: so the sums of an epoch are those of
  /// weighted means.
  func meanLoss(_ terms: UnsafePointer<BoundTerms>, _ batch: Batch, klWeight: Double) -> Double {
    var (sum, keptWeight) = (0.0, 0.0)
    for row in 0..<batch.rows where !leftOut[row] && batch.weight(of: row) > 0 {
      let weight = Double(batch.weight(of: row))
      sum += weight * terms[row].loss(klWeight: klWeight)
      keptWeight += weight
    }
    return keptWeight == 0 ? 0 : sum / keptWeight * (batch.weightSum / Double(batch.rows))
  }
}
