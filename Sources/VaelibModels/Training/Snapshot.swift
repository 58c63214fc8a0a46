import VaelibNumerics

/// A copy of a model's parameters, to go back to.
final class Snapshot {
  private let parameters: FloatBuffer
  private let values: FloatBuffer

  /// A copy of `parameters` as they are.
  init(_ parameters: FloatBuffer) throws(NumericsError) {
    self.parameters = parameters
    values = try FloatBuffer(count: parameters.count)
    take()
  }

  /// Takes the copy anew.
  func take() { values.base.update(from: parameters.base, count: values.count) }

  /// Puts the parameters back as they were at the last `take`.
  func restore() { parameters.base.update(from: values.base, count: values.count) }
}
