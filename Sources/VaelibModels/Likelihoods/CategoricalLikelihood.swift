import Glibc
import VaelibNetworks
import VaelibNumerics

/// log p(x|z) = sum_d l_d[x_d] - log sum_k exp(l_d[k]), for columns of categories 0, 1, ..., K - 1, from K logits l
/// each. The encoder sees K numbers for a column, 1 in the category's place and else 0. Where other likelihoods have a
/// mean, it has the most probable category, and in place of a variance the probability of all others.
struct CategoricalLikelihood: Likelihood {
  let width: Int
  let classes: Int

  init(_ columns: LikelihoodColumns, layout: inout ParameterLayout) {
    width = columns.count
    classes = columns.classes
  }

  var hasVariance: Bool { true }
  var outputs: Int { width * classes }
  var inputs: InputTransform {
    InputTransform(function: .oneHot(classes), standardization: nil, isOfLikelihoodToo: false)
  }
  var domain: ExampleDomain {
    .classes(classes, neededBy: "likelihood \(LikelihoodKind.categorical.rawValue)")
  }

  func makeRows(_ rows: Int, forTraining: Bool) -> any LikelihoodRows {
    CategoricalRows(width: width, classes: classes)
  }
}

/// Outputs are the K logits of the first column, then those of the second, and so on.
private final class CategoricalRows: ColumnwiseRows {
  let width: Int
  private let classes: Int

  init(width: Int, classes: Int) {
    self.width = width
    self.classes = classes
  }

  func logLikelihood(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>
  ) -> Double {
    (0..<width).reduce(0.0) { $0 + logProbability($1, outputs, of: example[$1]) }
  }

  private func logProbability(_ column: Int, _ outputs: UnsafePointer<Float>, of category: Float) -> Double {
    let logits = outputs + column * classes
    return Double(logits[Int(category)]) - logSum(logits)
  }

  func writeColumnTerms(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>,
    into terms: UnsafeMutablePointer<Double>
  ) {
    for column in 0..<width { terms[column] = logProbability(column, outputs, of: example[column]) }
  }

  private func logSum(_ logits: UnsafePointer<Float>) -> Double {
    let highest = (0..<classes).reduce(-Double.infinity) { max($0, Double(logits[$1])) }
    return highest + log((0..<classes).reduce(0.0) { $0 + exp(Double(logits[$1]) - highest) })
  }

  func gradient(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>, weight: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    (0..<width).reduce(0.0) { sum, column in
      let place = column * classes
      return sum
        - softmaxCrossEntropy(
          outputs + place, label: Int(example[column]), count: classes, gradient: gradient + place,
          weight: weight
        ).loss
    }
  }

  func clearGradient(_ row: Int, column: Int, in gradient: UnsafeMutablePointer<Float>) {
    (gradient + column * classes).update(repeating: 0, count: classes)
  }

  private func best(_ logits: UnsafePointer<Float>) -> Int {
    (1..<max(classes, 1)).reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
  }

  func writeMean(_ row: Int, _ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>) {
    for column in 0..<width { mean[column] = Float(best(outputs + column * classes)) }
  }

  var statisticCount: Int { width * classes }

  /// The probabilities of all categories.
  func writeStatistics(
    _ row: Int, _ outputs: UnsafePointer<Float>, into statistics: UnsafeMutablePointer<Float>
  ) {
    for column in 0..<width {
      let first = column * classes
      let logSum = logSum(outputs + first)
      for place in first..<first + classes { statistics[place] = Float(exp(Double(outputs[place]) - logSum)) }
    }
  }

  /// The most probable category in either case: numbers of categories have no mean.
  func estimate(_ column: Int, from statistics: UnsafePointer<Double>, mostProbable: Bool) -> Float {
    let probabilities = statistics + column * classes
    return Float((1..<max(classes, 1)).reduce(0) { probabilities[$1] > probabilities[$0] ? $1 : $0 })
  }

  func writeVariance(
    _ row: Int, _ outputs: UnsafePointer<Float>, into variance: UnsafeMutablePointer<Float>
  ) {
    for column in 0..<width {
      let logits = outputs + column * classes
      variance[column] = Float(-expm1(Double(logits[best(logits)]) - logSum(logits)))
    }
  }

  /// By the inverse of the distribution function.
  func writeSample(
    _ row: Int, _ outputs: UnsafePointer<Float>, stream: RandomStream,
    into sample: UnsafeMutablePointer<Float>
  ) {
    var draws = RandomDraws(stream)
    for column in 0..<width {
      let logits = outputs + column * classes
      let logSum = logSum(logits)
      var (rest, drawn) = (draws.uniform(), 0)
      while drawn < classes - 1 {
        rest -= exp(Double(logits[drawn]) - logSum)
        if rest <= 0 { break }
        drawn += 1
      }
      sample[column] = Float(drawn)
    }
  }
}
