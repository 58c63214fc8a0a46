import Glibc
import VaelibNetworks
import VaelibNumerics

/// Classes: -log softmax(outputs)[label]. The error of a row is 1 if another class is more probable.
struct SoftmaxHead: Head {
  static let outputCounts = 2...greatestOutputCount

  let layer: DenseLayer

  init(inputs: Int, outputs: Int, layout: inout ParameterLayout) throws(NetworkError) {
    layer = try DenseLayer(
      "classifier", inputs: inputs, outputs: outputs, activation: .identity, layout: &layout)
  }

  /// The number of the class.
  static func targetColumns(outputs: Int) -> Int { 1 }

  static func outputs(for examples: LabeledExamples, what: String) throws(ModelError) -> Int {
    try examples.countClasses(what: what)
  }

  static func check(_ examples: LabeledExamples, outputs: Int, what: String) throws(ModelError) {
    try examples.check(classes: outputs, what: what)
  }

  func makeRows() -> any HeadRows { SoftmaxRows(count: layer.outputs) }
}

private final class SoftmaxRows: HeadRows {
  private let count: Int

  init(count: Int) { self.count = count }

  func loss(
    _ outputs: UnsafePointer<Float>, of target: UnsafeMutablePointer<Float>,
    gradient: UnsafeMutablePointer<Float>, weight: Float
  ) -> (loss: Double, error: Double) {
    let label = Int(target[0])
    let (loss, best) = softmaxCrossEntropy(
      outputs, label: label, count: count, gradient: gradient, weight: weight)
    return (loss, best == label ? 0 : 1)
  }

  /// The probability of each class.
  func writeMean(_ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>) {
    let highest = (0..<count).reduce(-Float.infinity) { max($0, outputs[$1]) }
    let sum = (0..<count).reduce(0.0) { $0 + exp(Double(outputs[$1] - highest)) }
    for index in 0..<count { mean[index] = Float(exp(Double(outputs[index] - highest)) / sum) }
  }
}
