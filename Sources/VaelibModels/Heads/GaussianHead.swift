import VaelibNetworks
import VaelibNumerics

/// Real numbers: 1/2 sum_k (y'_k - output_k)^2, which is -log N(y'; output, I) without its constant, of standardised
/// targets y' = (y - mean) / deviation. Of a row that lacks some, which are NaN, the sum is over the others.
///
/// The error of a row is the mean of (y'_k - output_k)^2, again of those that it has: over the examples by which targets
/// are standardised, if they lack none, its mean is 1 - R^2.
struct GaussianHead: Head {
  static let outputCounts = 1...greatestOutputCount

  let layer: DenseLayer
  private let scale: Standardization

  init(inputs: Int, outputs: Int, layout: inout ParameterLayout) throws(NetworkError) {
    layer = try DenseLayer(
      "regressor", inputs: inputs, outputs: outputs, activation: .identity, layout: &layout)
    scale = try Standardization(columns: outputs, prefix: "regressor/", layout: &layout)
  }

  /// What targets may be when moments are taken of them.
  private static var targetCheck: ExampleCheck {
    ExampleCheck([ColumnDomain(columns: nil, domain: .real)], missing: .ignore)
  }

  static func check(_ examples: LabeledExamples, outputs: Int, what: String) throws(ModelError) {
    try examples.checkTargets(columns: outputs, what: what, expected: "every target must be finite") {
      $0.isFinite
    }
  }

  var standardization: Standardization? { scale }

  /// Takes means and deviations, unless it knows some. Of a constant target nothing is to be learned: without weights
  /// its prediction is the constant.
  func see(_ examples: LabeledExamples, parameters: UnsafeMutablePointer<Float>) throws {
    guard let targets = examples.targets, !scale.isKnown(in: parameters) else { return }
    let constants = scale.set(
      try ColumnMoments(targets.source, weights: examples.weights, check: Self.targetCheck), in: parameters)
    let weight = layer.weight(in: parameters)
    for column in constants {
      for row in 0..<weight.rows { weight.row(row)[column] = 0 }
    }
  }

  func makeRows() throws(NumericsError) -> any HeadRows {
    GaussianRows(count: layer.outputs, standardizer: try Standardizer(scale))
  }
}

private final class GaussianRows: HeadRows {
  private let count: Int
  private let standardizer: Standardizer

  init(count: Int, standardizer: Standardizer) { (self.count, self.standardizer) = (count, standardizer) }

  func begin(parameters: UnsafePointer<Float>) { standardizer.begin(parameters: parameters) }

  func loss(
    _ outputs: UnsafePointer<Float>, of target: UnsafeMutablePointer<Float>,
    gradient: UnsafeMutablePointer<Float>, weight: Float
  ) -> (loss: Double, error: Double) {
    standardizer.apply(to: target)
    var (squares, present) = (0.0, 0)
    for index in 0..<count {
      guard !target[index].isNaN else {
        gradient[index] = 0
        continue
      }
      let distance = outputs[index] - target[index]
      gradient[index] = weight * distance
      squares += Double(distance) * Double(distance)
      present += 1
    }
    return (squares / 2, squares / Double(max(present, 1)))
  }

  func writeMean(_ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>) {
    mean.update(from: outputs, count: count)
    standardizer.restore(mean)
  }
}
