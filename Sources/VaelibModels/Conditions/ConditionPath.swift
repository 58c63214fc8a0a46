import VaelibNumerics

extension ConditionLayout {
  /// Conditions on the way between those of two ends, [K] each; `share` is how much of the way lies behind. Numbers
  /// change evenly, as size factors do, counts in whole steps; categories, and what is 0 or 1, are those of the nearer end.
  func writeBetween(
    _ from: UnsafePointer<Float>, _ to: UnsafePointer<Float>, share: Float,
    into out: UnsafeMutablePointer<Float>
  ) {
    for run in runs {
      for place in run.places {
        let between = (1 - share) * from[place] + share * to[place]
        out[place] =
          switch run.kind {
          case .some(let kind) where kind.isOfNames: share < 0.5 ? from[place] : to[place]
          case .some(let kind) where kind.isOfCounts: between.rounded()
          default: between
          }
      }
    }
  }
}

extension LikelihoodKind {
  /// Whether there is nothing between two of its values.
  fileprivate var isOfNames: Bool { self == .categorical || Self.binary.contains(self) }
  fileprivate var isOfCounts: Bool { Self.counts.contains(self) }
}

extension VariationalAutoencoder {
  /// The conditions on the way from row `from` of some examples to row `to`, one row for each share of the way; nil
  /// without conditions.
  func conditions(
    of examples: any ExampleSource, from: Int, to: Int, shares: [Float]
  ) throws -> (any ExampleSource)? {
    guard let layout = likelihood.conditions else { return nil }
    let ends = try FloatBuffer(rows: 2, columns: layout.columns)
    let example = try FloatBuffer(count: dataDimension)
    for (index, row) in [from, to].enumerated() {
      try SliceSource(examples, rows: row..<row + 1).copyAll(into: example.base)
      layout.copyConditions(of: example.base, into: ends.base + index * layout.columns)
    }
    let way = try FloatBuffer(rows: shares.count, columns: layout.columns)
    for (index, share) in shares.enumerated() {
      layout.writeBetween(
        ends.base, ends.base + layout.columns, share: share, into: way.base + index * layout.columns)
    }
    return ArraySource(way, rows: shares.count, columns: layout.columns)
  }
}
