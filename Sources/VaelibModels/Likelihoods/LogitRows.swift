import VaelibNumerics

/// The density of rows of D numbers in [0, 1], given one logit l_d of each, which is the decoder's output.
protocol LogitDensity {
  /// log p(x) of a row, or of a part of one, in nats.
  static func logLikelihood(
    _ logits: UnsafePointer<Float>, of example: UnsafePointer<Float>, _ width: Int
  ) -> Double

  /// The same as `logLikelihood`; writes the gradient of -weight * log p(x) at the logits, [D].
  static func gradient(
    _ logits: UnsafePointer<Float>, of example: UnsafePointer<Float>, weight: Float,
    into gradient: UnsafeMutablePointer<Float>, _ width: Int
  ) -> Double

  /// The most probable value where the mean is this.
  static func mostProbable(mean: Double) -> Float

  static func writeMean(
    _ logits: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>, _ width: Int)

  static func writeVariance(
    _ logits: UnsafePointer<Float>, into variance: UnsafeMutablePointer<Float>, _ width: Int)

  static func writeSample(
    _ logits: UnsafePointer<Float>, stream: RandomStream, into sample: UnsafeMutablePointer<Float>,
    _ width: Int)
}

extension LogitDensity {
  static func mostProbable(mean: Double) -> Float { Float(mean) }
}

/// A likelihood from logits at work. It has no memory and no tensors of its own.
final class LogitRows<Density: LogitDensity>: ColumnwiseRows {
  let width: Int

  init(width: Int) { self.width = width }

  func logLikelihood(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>
  ) -> Double {
    Density.logLikelihood(outputs, of: example, width)
  }

  func writeColumnTerms(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>,
    into terms: UnsafeMutablePointer<Double>
  ) {
    for column in 0..<width {
      terms[column] = Density.logLikelihood(outputs + column, of: example + column, 1)
    }
  }

  func gradient(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>, weight: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    Density.gradient(outputs, of: example, weight: weight, into: gradient, width)
  }

  func clearGradient(_ row: Int, column: Int, in gradient: UnsafeMutablePointer<Float>) {
    gradient[column] = 0
  }

  func estimate(_ column: Int, from statistics: UnsafePointer<Double>, mostProbable: Bool) -> Float {
    mostProbable ? Density.mostProbable(mean: statistics[column]) : Float(statistics[column])
  }

  func writeMean(_ row: Int, _ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>) {
    Density.writeMean(outputs, into: mean, width)
  }

  func writeVariance(
    _ row: Int, _ outputs: UnsafePointer<Float>, into variance: UnsafeMutablePointer<Float>
  ) {
    Density.writeVariance(outputs, into: variance, width)
  }

  func writeSample(
    _ row: Int, _ outputs: UnsafePointer<Float>, stream: RandomStream,
    into sample: UnsafeMutablePointer<Float>
  ) {
    Density.writeSample(outputs, stream: stream, into: sample, width)
  }
}
