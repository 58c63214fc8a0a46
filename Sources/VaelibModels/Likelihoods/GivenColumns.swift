import VaelibNetworks
import VaelibNumerics

/// Columns that are given: conditions c of p(x|z, c) and q(z|x, c) (Sohn et al. 2015), or size factors. Nothing is said of
/// how probable they are: log p = 0, they need no outputs of the decoder, and their mean is what an example has there.
/// Networks see conditions as columns of their kind: categories one-hot, real values standardised, counts as log(1 + x),
/// standardised. Size factors they do not see.
struct GivenColumns: Likelihood {
  let width: Int
  let inputs: InputTransform
  let domain: ExampleDomain

  init(_ columns: LikelihoodColumns, layout: inout ParameterLayout) throws(NetworkError) {
    width = columns.count
    guard let kind = columns.kind else {
      domain = .sizeFactors
      inputs = InputTransform(function: .unseen, standardization: nil, isOfLikelihoodToo: false)
      return
    }
    // Tells how the kind's columns are seen; its tensors are not needed.
    var unused = ParameterLayout()
    let modelled = try kind.type.init(columns, layout: &unused)
    domain = modelled.domain
    // The example keeps its own numbers, which are written out as they are.
    let standardization = try modelled.inputs.standardization.map { scale throws(NetworkError) in
      try Standardization(
        columns: columns.count, leastDeviation: scale.leastDeviation, hasQuantiles: scale.quantiles != nil,
        prefix: columns.prefix, layout: &layout)
    }
    inputs = InputTransform(
      function: modelled.inputs.function, standardization: standardization, isOfLikelihoodToo: false)
  }

  var hasVariance: Bool { false }
  var outputs: Int { 0 }

  func makeRows(_ rows: Int, forTraining: Bool) -> any LikelihoodRows { GivenRows(width: width) }
}

/// Given columns have no parameters, no outputs and no gradients.
private final class GivenRows: LikelihoodRows {
  let width: Int

  init(width: Int) { self.width = width }

  func logLikelihood(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample
  ) -> Double { 0 }

  func writeColumnTerms(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample,
    into terms: UnsafeMutablePointer<Double>
  ) {
    terms.update(repeating: 0, count: width)
  }

  func gradient(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample, weight: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) -> Double { 0 }

  func clearGradient(_ row: Int, column: Int, in gradient: UnsafeMutablePointer<Float>) {}

  /// Who decodes latents alone has the conditions, and writes them.
  func writeMean(_ row: Int, _ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>) {}

  func writeMean(
    _ row: Int, _ outputs: UnsafePointer<Float>, of observed: ObservedExample,
    into mean: UnsafeMutablePointer<Float>
  ) {
    mean.update(from: observed.values, count: width)
  }

  func writeVariance(
    _ row: Int, _ outputs: UnsafePointer<Float>, into variance: UnsafeMutablePointer<Float>
  ) {
    variance.update(repeating: 0, count: width)
  }

  var statisticCount: Int { 0 }

  func writeStatistics(
    _ row: Int, _ outputs: UnsafePointer<Float>, into statistics: UnsafeMutablePointer<Float>
  ) {}

  func writeSample(
    _ row: Int, _ outputs: UnsafePointer<Float>, stream: RandomStream,
    into sample: UnsafeMutablePointer<Float>
  ) {}
}
