import VaelibNetworks
import VaelibNumerics

/// Labels that apply (1) or not (0), independently of each other: -sum_k t_k log p_k + (1 - t_k) log (1 - p_k), p =
/// sigmoid(outputs), from logits. The error of a row is 1 if one of its labels is predicted wrongly. Labels that a row
/// lacks, which are NaN, have no part in either.
struct SigmoidHead: Head {
  static let outputCounts = 1...greatestOutputCount

  let layer: DenseLayer

  init(inputs: Int, outputs: Int, layout: inout ParameterLayout) throws(NetworkError) {
    layer = try DenseLayer(
      "multilabel", inputs: inputs, outputs: outputs, activation: .identity, layout: &layout)
  }

  static func check(_ examples: LabeledExamples, outputs: Int, what: String) throws(ModelError) {
    try examples.checkTargets(
      columns: outputs, what: what, expected: "a sigmoid head learns 0 and 1 alone"
    ) { $0 == 0 || $0 == 1 }
  }

  func makeRows() -> any HeadRows { SigmoidRows(count: layer.outputs) }
}

private final class SigmoidRows: HeadRows {
  private let count: Int

  init(count: Int) { self.count = count }

  func loss(
    _ outputs: UnsafePointer<Float>, of target: UnsafeMutablePointer<Float>,
    gradient: UnsafeMutablePointer<Float>, weight: Float
  ) -> (loss: Double, error: Double) {
    var (loss, isWrong) = (0.0, false)
    forEachRun(of: target) { run in
      let first = run.lowerBound
      loss -= kernels.bernoulliGradient(
        outputs + first, target + first, gradient + first, weight, run.count)
      isWrong = isWrong || run.contains { (outputs[$0] > 0) != (target[$0] > 0) }
    } missing: {
      gradient[$0] = 0
    }
    return (loss, isWrong ? 1 : 0)
  }

  /// Calls `present` with the runs of labels that are there, `missing` with each that is not.
  private func forEachRun(
    of target: UnsafePointer<Float>, present: (Range<Int>) -> Void, missing: (Int) -> Void
  ) {
    var first = 0
    for index in 0...count where index == count || target[index].isNaN {
      if first < index { present(first..<index) }
      if index < count { missing(index) }
      first = index + 1
    }
  }

  /// The probability of each label.
  func writeMean(_ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>) {
    kernels.sigmoid(outputs, mean, count)
  }
}
