import VaelibNetworks
import VaelibNumerics

/// log p(x|z) = sum_d x_d log y_d + (1 - x_d) log (1 - y_d), y = sigmoid(outputs), from logits (AEVB, appendix C.1).
struct BernoulliLikelihood: Likelihood {
  private static var name: String { "a \(LikelihoodKind.bernoulli.rawValue) likelihood" }
  private static var alternative: String {
    "likelihood \(LikelihoodKind.continuousBernoulli.rawValue) or \(LikelihoodKind.gaussian.rawValue)"
  }

  var hasVariance: Bool { false }
  func greyWarning(of columns: Range<Int>?) -> String? {
    let (place, binarization) =
      columns.map { ("columns \($0.lowerBound) to \($0.upperBound - 1) hold", "Binarise them") }
      ?? ("the data hold", "Set binarization dynamic, binarise the data")
    return
      "\(place) values strictly between 0 and 1, for which \(Self.name) is no density: the bounds are comparable among "
      + "themselves only. \(binarization), or use \(Self.alternative)"
  }

  let width: Int

  init(_ columns: LikelihoodColumns, layout: inout ParameterLayout) {
    width = columns.count
  }

  var outputs: Int { width }
  var domain: ExampleDomain { .unitInterval(neededBy: Self.name, alternative: Self.alternative) }

  func makeRows(_ rows: Int, forTraining: Bool) -> any LikelihoodRows { BernoulliRows(width: width) }
}

private final class BernoulliRows: LikelihoodRows {
  private let width: Int

  init(width: Int) { self.width = width }

  func begin(parameters: UnsafePointer<Float>) {}

  func logLikelihood(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>
  ) -> Double {
    kernels.bernoulliLogLikelihood(outputs, example, width)
  }

  func writeColumnTerms(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>,
    into terms: UnsafeMutablePointer<Double>
  ) {
    for column in 0..<width {
      terms[column] = kernels.bernoulliLogLikelihood(outputs + column, example + column, 1)
    }
  }

  func gradient(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>, weight: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    kernels.bernoulliGradient(outputs, example, gradient, weight, width)
  }

  func finishGradients(
    rows: Int, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>
  ) {}

  func writeMean(_ row: Int, _ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>) {
    kernels.sigmoid(outputs, mean, width)
  }

  /// y (1 - y), which the mean says already.
  func writeVariance(
    _ row: Int, _ outputs: UnsafePointer<Float>, into variance: UnsafeMutablePointer<Float>
  ) {
    writeMean(row, outputs, into: variance)
    for column in 0..<width { variance[column] *= 1 - variance[column] }
  }

  func writeSample(
    _ row: Int, _ outputs: UnsafePointer<Float>, stream: RandomStream,
    into sample: UnsafeMutablePointer<Float>
  ) {
    writeMean(row, outputs, into: sample)
    stream.bernoulliDraws(in: sample, count: width)
  }
}
