import Glibc
import VaelibNetworks
import VaelibNumerics

/// log p(x|z) = log N(log x; m, s^2) - sum_d log x_d, for numbers above 0 that spread over powers of ten: prices, incomes,
/// concentrations. Encoder and density see their logarithms, standardised.
struct LogNormalLikelihood: Likelihood {
  var hasVariance: Bool { true }

  private let locationScale: LocationScale

  init(_ columns: LikelihoodColumns, layout: inout ParameterLayout) throws(NetworkError) {
    locationScale = try LocationScale(columns, layout: &layout)
  }

  static func check(_ options: LikelihoodOptions) throws(ModelError) {
    if options.meanActivation == .sigmoid {
      throw .invalidArgument(
        "mean_activation is sigmoid, but likelihood \(LikelihoodKind.logNormal.rawValue) is of logarithms, which may be any "
          + "numbers; leave it at identity")
    }
  }

  var learned: [Optimizer.Pace] { locationScale.learned }
  var outputs: Int { locationScale.outputs }
  var inputs: InputTransform {
    InputTransform(
      function: .logarithm, standardization: locationScale.standardization, isOfLikelihoodToo: true)
  }
  var domain: ExampleDomain {
    .positive(
      neededBy: "likelihood \(LikelihoodKind.logNormal.rawValue)",
      alternative: "likelihood \(LikelihoodKind.gaussian.rawValue)")
  }

  func makeRows(_ rows: Int, forTraining: Bool) throws(NumericsError) -> any LikelihoodRows {
    let logarithms = try LocationScaleRows(
      locationScale, GaussianDensity(width: locationScale.width), rows: rows, forTraining: forTraining)
    return LogNormalRows(logarithms, width: locationScale.width)
  }
}

/// The Gaussian likelihood of logarithms, and what follows for the numbers themselves.
private final class LogNormalRows: ColumnwiseRows {
  private let logarithms: LocationScaleRows
  let width: Int

  init(_ logarithms: LocationScaleRows, width: Int) {
    self.logarithms = logarithms
    self.width = width
  }

  func begin(parameters: UnsafePointer<Float>) { logarithms.begin(parameters: parameters) }

  func logLikelihood(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>
  ) -> Double {
    logarithms.logLikelihood(row, outputs, of: example) - sum(example)
  }

  func writeColumnTerms(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>,
    into terms: UnsafeMutablePointer<Double>
  ) {
    logarithms.writeColumnTerms(row, outputs, of: example, into: terms)
    withLogarithms(example) { values in
      for column in 0..<width { terms[column] -= Double(values[column]) }
    }
  }

  func gradient(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>, weight: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    logarithms.gradient(row, outputs, of: example, weight: weight, into: gradient) - sum(example)
  }

  func clearGradient(_ row: Int, column: Int, in gradient: UnsafeMutablePointer<Float>) {
    logarithms.clearGradient(row, column: column, in: gradient)
  }

  /// The sum of the logarithms.
  private func sum(_ example: UnsafePointer<Float>) -> Double {
    var sum = 0.0
    withLogarithms(example) { values in
      for column in 0..<width { sum += Double(values[column]) }
    }
    return sum
  }

  /// Calls `body` with the logarithms, which come standardised.
  private func withLogarithms(_ example: UnsafePointer<Float>, _ body: (UnsafePointer<Float>) -> Void) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { scratch in
      guard let values = scratch.baseAddress else { return }
      values.update(from: example, count: width)
      logarithms.restore(values)
      body(UnsafePointer(values))
    }
  }

  func finishGradients(
    rows: Int, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>
  ) {
    logarithms.finishGradients(rows: rows, parameters: parameters, gradients: gradients)
  }

  /// exp(m + s^2 / 2).
  func writeMean(_ row: Int, _ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>) {
    forEachColumn(row, outputs) { column, m, variance in mean[column] = Float(exp(m + variance / 2)) }
  }

  /// (exp(s^2) - 1) exp(2 m + s^2).
  func writeVariance(
    _ row: Int, _ outputs: UnsafePointer<Float>, into variance: UnsafeMutablePointer<Float>
  ) {
    forEachColumn(row, outputs) { column, m, square in
      variance[column] = Float(expm1(square) * exp(2 * m + square))
    }
  }

  private func forEachColumn(
    _ row: Int, _ outputs: UnsafePointer<Float>,
    _ body: (_ column: Int, _ mean: Double, _ variance: Double) -> Void
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * width) { scratch in
      guard let mean = scratch.baseAddress else { return }
      logarithms.writeMean(row, outputs, into: mean)
      logarithms.writeVariance(row, outputs, into: mean + width)
      for column in 0..<width { body(column, Double(mean[column]), Double(mean[width + column])) }
    }
  }

  func writeSample(
    _ row: Int, _ outputs: UnsafePointer<Float>, stream: RandomStream,
    into sample: UnsafeMutablePointer<Float>
  ) {
    logarithms.writeSample(row, outputs, stream: stream, into: sample)
    kernels.exponential(sample, sample, 1, width)
  }
}
