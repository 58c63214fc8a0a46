import VaelibNumerics

/// What the decoder of a model with conditions sees: z, and behind it the conditions, [rows, J + C].
final class ConditionalInputs {
  private let latent: Int
  private let width: Int
  private let joined: FloatBuffer

  init(latent: Int, conditions: Int, rows: Int) throws(NumericsError) {
    self.latent = latent
    width = latent + conditions
    joined = try FloatBuffer(rows: rows, columns: width)
  }

  /// What was joined last.
  func inputs(_ rows: Int) -> MatrixView { joined.matrix(rows: rows, columns: width) }

  /// Joins latents [rows, J] and conditions, which `writeConditions` writes, [C] each.
  func join(
    _ latents: MatrixView, _ writeConditions: (_ row: Int, _ out: UnsafeMutablePointer<Float>) -> Void
  ) -> MatrixView {
    let inputs = inputs(latents.rows)
    forEachRow(.latents, latents.rows, width: width) { row in
      inputs.row(row).update(from: latents.row(row), count: latent)
      writeConditions(row, inputs.row(row) + latent)
    }
    return inputs
  }
}
