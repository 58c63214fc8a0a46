import VaelibNetworks
import VaelibNumerics

/// What lies on top of a stack once it has learned labels or targets: a dense layer on the topmost code, and what its
/// outputs say of a row.
///
/// One file each. To add one: its file, a case of `HeadKind` and of its `type`.
protocol Head: Sendable {
  /// How many outputs it may have.
  static var outputCounts: ClosedRange<Int> { get }
  /// How many numbers a head of so many outputs learns of a row; its loss has a term for each.
  static func targetColumns(outputs: Int) -> Int
  /// How many outputs a head for these examples needs. Throws, with the first bad row, if there can be none.
  static func outputs(for examples: LabeledExamples, what: String) throws(ModelError) -> Int
  /// Throws, with the first bad row, if a head of so many outputs cannot learn what these examples, `what`, tell of it.
  static func check(_ examples: LabeledExamples, outputs: Int, what: String) throws(ModelError)

  /// Adds its tensors at the end of the layout.
  init(inputs: Int, outputs: Int, layout: inout ParameterLayout) throws(NetworkError)
  /// From the topmost code to the outputs, without an activation.
  var layer: DenseLayer { get }
  /// What brings targets to one scale; nil if they stay as they are.
  var standardization: Standardization? { get }
  /// Takes from the first examples that it learns from what it must know of them.
  func see(_ examples: LabeledExamples, parameters: UnsafeMutablePointer<Float>) throws
  /// The head at work.
  func makeRows() throws(NumericsError) -> any HeadRows
}

/// What is alike in heads that have an output for each target.
extension Head {
  static func targetColumns(outputs: Int) -> Int { outputs }

  static func outputs(for examples: LabeledExamples, what: String) throws(ModelError) -> Int {
    try examples.countTargets(what: what)
  }
}

extension Head {
  var standardization: Standardization? { nil }
  func see(_ examples: LabeledExamples, parameters: UnsafeMutablePointer<Float>) throws {}
}

/// A head applied to outputs, row by row; different rows may be worked on by different threads.
protocol HeadRows: AnyObject {
  /// Must be called before rows are worked on, whenever parameters may have changed.
  func begin(parameters: UnsafePointer<Float>)

  /// The loss of one row in nats, and its error, of which the mean over rows is 1 - the score. Writes the gradient of
  /// weight * loss at the outputs. The target, [targetColumns], is brought to the head's own scale in place.
  func loss(
    _ outputs: UnsafePointer<Float>, of target: UnsafeMutablePointer<Float>,
    gradient: UnsafeMutablePointer<Float>, weight: Float
  ) -> (loss: Double, error: Double)

  /// The mean of what the outputs say of a row, in the targets' own scale, [outputs].
  func writeMean(_ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>)
}

extension HeadRows {
  func begin(parameters: UnsafePointer<Float>) {}
}
