import Glibc
import VaelibNetworks
import VaelibNumerics

/// log p(x|z) = sum_d log Beta(x_d; k_d m_d, k_d (1 - m_d)), for shares and rates between 0 and 1: m is the mean, the
/// sigmoid of the decoder's output, and k the concentration around it.
struct BetaLikelihood: Likelihood {
  var hasVariance: Bool { true }

  let width: Int
  let concentration: ShapeParameter

  static func check(_ options: LikelihoodOptions) throws(ModelError) {
    try ShapeParameter.check(options, .beta)
  }

  init(_ columns: LikelihoodColumns, layout: inout ParameterLayout) throws(NetworkError) {
    width = columns.count
    concentration = try ShapeParameter(
      "decoder/log_concentration", columns, lower: -5, upper: 12, layout: &layout)
  }

  var outputs: Int { width * (1 + concentration.outputsPerColumn) }
  var learned: [Optimizer.Pace] { concentration.learned }
  var domain: ExampleDomain {
    .openUnitInterval(
      neededBy: "likelihood \(LikelihoodKind.beta.rawValue)",
      alternative: "likelihood \(LikelihoodKind.continuousBernoulli.rawValue)")
  }

  func makeRows(_ rows: Int, forTraining: Bool) throws(NumericsError) -> any LikelihoodRows {
    try BetaRows(self, rows: rows, forTraining: forTraining)
  }
}

/// Outputs are logits of means, then log k where it is predicted, D of each.
private final class BetaRows: ColumnwiseRows {
  /// Means stay this far from 0 and 1, softly; else rounding would make one of the two parameters 0.
  private static let logitBounds: (lower: Float, upper: Float) = (-15, 15)

  let width: Int
  private let concentrations: ShapeRows
  private let logits: FloatBuffer

  init(_ likelihood: BetaLikelihood, rows: Int, forTraining: Bool) throws(NumericsError) {
    width = likelihood.width
    concentrations = try ShapeRows(likelihood.concentration, rows: rows, forTraining: forTraining)
    logits = try FloatBuffer(rows: rows, columns: width)
  }

  func begin(parameters: UnsafePointer<Float>) { concentrations.begin(parameters: parameters) }
  func take(_ given: GivenNumbers) { concentrations.take(given) }

  private func logit(_ row: Int, _ outputs: UnsafePointer<Float>) -> UnsafePointer<Float> {
    let logit = logits.base + row * width
    kernels.softClamp(outputs, logit, Self.logitBounds.lower, Self.logitBounds.upper, width)
    return UnsafePointer(logit)
  }

  func logLikelihood(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>
  ) -> Double {
    kernels.betaLogLikelihood(
      logit(row, outputs), concentrations.logarithm(row, outputs + width), example, width)
  }

  func writeColumnTerms(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>,
    into terms: UnsafeMutablePointer<Double>
  ) {
    let logit = logit(row, outputs)
    let logConcentration = concentrations.logarithm(row, outputs + width)
    for column in 0..<width {
      terms[column] = kernels.betaLogLikelihood(
        logit + column, logConcentration + column, example + column, 1)
    }
  }

  func gradient(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>, weight: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    let value = kernels.betaGradient(
      logit(row, outputs), concentrations.logarithm(row, outputs + width), example, gradient,
      concentrations.gradient(row, gradient + width), weight, width)
    kernels.softClampBackward(
      gradient, outputs, Self.logitBounds.lower, Self.logitBounds.upper, width)
    concentrations.finish(row, gradient + width, outputs + width)
    return value
  }

  func clearGradient(_ row: Int, column: Int, in gradient: UnsafeMutablePointer<Float>) {
    gradient[column] = 0
    concentrations.gradient(row, gradient + width)[column] = 0
  }

  func finishGradients(
    rows: Int, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>
  ) {
    concentrations.finishGradients(rows: rows, parameters: parameters, gradients: gradients)
  }

  func writeMean(_ row: Int, _ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>) {
    kernels.sigmoid(logit(row, outputs), mean, width)
  }

  /// m (1 - m) / (k + 1).
  func writeVariance(
    _ row: Int, _ outputs: UnsafePointer<Float>, into variance: UnsafeMutablePointer<Float>
  ) {
    let (logit, logConcentration) = (logit(row, outputs), concentrations.logarithm(row, outputs + width))
    for column in 0..<width {
      let (l, k) = (Double(logit[column]), exp(Double(logConcentration[column])))
      // m from the one side, 1 - m from the other, each without cancellation.
      variance[column] = Float(1 / (1 + exp(-l)) / (1 + exp(l)) / (k + 1))
    }
  }

  /// A Gamma draw's share of two.
  func writeSample(
    _ row: Int, _ outputs: UnsafePointer<Float>, stream: RandomStream,
    into sample: UnsafeMutablePointer<Float>
  ) {
    let logit = logit(row, outputs)
    let logConcentration = concentrations.logarithm(row, outputs + width)
    var draws = RandomDraws(stream)
    for column in 0..<width {
      let (l, k) = (Double(logit[column]), exp(Double(logConcentration[column])))
      let a = draws.logGamma(shape: k / (1 + exp(-l)))
      let b = draws.logGamma(shape: k / (1 + exp(l)))
      // The nearest floats to 0 and 1 stand for what rounds to them, since neither can be.
      let share = Float(1 / (1 + exp(b - a)))
      sample[column] = min(max(share, .leastNormalMagnitude), Float(1).nextDown)
    }
  }
}
