import VaelibNumerics

/// A copy of a model's parameters, to return to.
final class Snapshot {
  private let parameters: FloatBuffer
  /// The copy.
  let values: FloatBuffer

  /// A copy of `parameters` as they are.
  init(_ parameters: FloatBuffer) throws(NumericsError) {
    self.parameters = parameters
    values = try FloatBuffer(count: parameters.count)
    take()
  }

  /// Replaces the copy.
  func take() {
    profiled(.weightCopies) { values.base.update(from: parameters.base, count: values.count) }
  }

  /// Puts the parameters back as they were at the last `take`.
  func restore() {
    profiled(.weightCopies) { parameters.base.update(from: values.base, count: values.count) }
  }
}

extension FloatBuffer {
  /// Takes the values of a buffer out of a checkpoint.
  func copy(from saved: FloatBuffer) throws(ModelError) {
    guard saved.count == count else {
      throw .invalidArgument("the checkpoint has \(saved.count) weights where the model has \(count)")
    }
    base.update(from: saved.base, count: count)
  }
}
