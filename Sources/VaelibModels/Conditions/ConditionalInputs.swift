import VaelibNumerics

/// What the decoder of a model with conditions sees: z, and behind it the conditions, [rows, J + C]. Behind these, where it
/// does not look, is what likelihoods alone are given.
final class ConditionalInputs {
  private let latent: Int
  private let layout: ConditionLayout
  private let joined: FloatBuffer

  init(latent: Int, _ layout: ConditionLayout, rows: Int) throws(NumericsError) {
    self.latent = latent
    self.layout = layout
    joined = try FloatBuffer(rows: rows, columns: latent + layout.numbers)
  }

  private func all(_ rows: Int) -> MatrixView { joined.matrix(rows: rows, columns: latent + layout.numbers) }

  /// What was joined last.
  func inputs(_ rows: Int) -> MatrixView { all(rows).columns(0..<latent + layout.width) }

  /// What was given last.
  func given(_ rows: Int) -> GivenNumbers {
    let seen = latent + layout.width
    return GivenNumbers(
      conditions: all(rows).columns(latent..<seen),
      logSizeFactors: all(rows).columns(seen..<latent + layout.numbers))
  }

  /// Joins latents [rows, J] and what is given, which `writeGiven` writes: the conditions, [C], and log s of a size factor.
  func join(
    _ latents: MatrixView, _ writeGiven: (_ row: Int, _ out: UnsafeMutablePointer<Float>) -> Void
  ) -> MatrixView {
    let all = all(latents.rows)
    forEachRow(.latents, latents.rows, width: all.columns) { row in
      all.row(row).update(from: latents.row(row), count: latent)
      writeGiven(row, all.row(row) + latent)
    }
    return inputs(latents.rows)
  }
}
