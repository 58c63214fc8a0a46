import VaelibNumerics

/// Hides numbers of examples from the encoder while it learns, though p(x|z) is of all of them: so it learns what to
/// make of examples that lack others than those of the training set. The bound stays one, since q(z|x) may be any
/// distribution (a denoising variational auto-encoder with masking noise: Im et al. 2017).
struct InputHiding {
  /// With which probability each number is hidden.
  let fraction: Double
  let seed: UInt64
  let epoch: Int
  let places: UnsafePointer<Int>
  /// Columns that are conditions, which are never hidden.
  let given: [Range<Int>]

  func hide(_ row: Int, _ hidden: MissingEntries, missing: MissingEntries, columns: Int) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { uniforms in
      guard let uniforms = uniforms.baseAddress else { return }
      RandomPurpose.trainingHiding.stream(seed: seed, epoch: epoch, example: places[row])
        .uniforms(into: uniforms, count: columns)
      for range in given { (uniforms + range.lowerBound).update(repeating: 1, count: range.count) }
      hidden.take(row, with: missing, hiding: Float(fraction), uniforms: uniforms)
    }
  }
}
