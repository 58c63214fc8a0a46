import Glibc
import VaelibNetworks
import VaelibNumerics

/// What likelihoods of a location and a scale in each column have in common. The location is the decoder's output or its
/// sigmoid; scales are fixed, learned, or the decoder's second outputs, held softly within bounds. They are kept as v, the
/// logarithm of their square, which is the log-variance of a Gaussian likelihood (AEVB, appendix C.2).
struct LocationScale: Sendable {
  /// Above it a variance would overflow before anything useful is learned.
  static let logVarianceUpperBound: Float = 20
  /// How many times as fast as the networks a learned log-variance learns. It has a long way to go: Adam moves a parameter
  /// by about the learning rate a step, and a deviation of a hundredth means a log-variance of -9.
  static let logVariancePace = 10.0

  let width: Int
  let variance: VarianceKind
  let meanActivation: MeanActivation
  /// Of a fixed scale.
  let fixedLogVariance: Float
  let stddevFloor: Double
  /// The raw log-variance of each column, if it is learned.
  let logVarianceTensor: ParameterTensor?
  let standardization: Standardization?

  init(_ columns: LikelihoodColumns, layout: inout ParameterLayout) throws(NetworkError) {
    width = columns.count
    variance = columns.options.variance
    meanActivation = columns.options.meanActivation
    fixedLogVariance = Float(2 * log(columns.options.noiseStddev))
    stddevFloor = columns.options.stddevFloor
    switch columns.options.variance {
    // The latter is for shapes of other likelihoods, and refused here before.
    case .learned, .byCondition:
      logVarianceTensor = try layout.append(columns.prefix + "decoder/log_variance", rows: 1, columns: width)
    case .fixed, .predicted: logVarianceTensor = nil
    }
    // A mean through a sigmoid stays within [0, 1], so there the columns stay as they are.
    let standardizes = columns.options.standardize == 1 && columns.options.meanActivation == .identity
    standardization =
      standardizes
      ? try Standardization(
        columns: width, stddevFloor: stddevFloor,
        hasQuantiles: columns.options.standardizeBy == .quantiles, prefix: columns.prefix, layout: &layout)
      : nil
  }

  var outputs: Int { variance == .predicted ? 2 * width : width }

  var learned: [Optimizer.Pace] {
    logVarianceTensor.map { [Optimizer.Pace(range: $0.range, factor: Self.logVariancePace)] } ?? []
  }
}

/// A likelihood of a location and a scale in each column; conforming types say what the density around them is.
protocol LocationScaleLikelihood: Likelihood {
  var locationScale: LocationScale { get }
  /// The density at work on up to `rows` rows.
  func makeDensity(rows: Int, forTraining: Bool) throws(NumericsError) -> any LocationScaleDensity
}

extension LocationScaleLikelihood {
  var hasVariance: Bool { true }
  var learned: [Optimizer.Pace] { locationScale.learned }
  var inputs: InputTransform {
    InputTransform(
      function: .identity, standardization: locationScale.standardization, isOfLikelihoodToo: true)
  }
  var outputs: Int { locationScale.outputs }
  var domain: ExampleDomain { .real }

  func makeRows(_ rows: Int, forTraining: Bool) throws(NumericsError) -> any LikelihoodRows {
    try LocationScaleRows(
      locationScale, try makeDensity(rows: rows, forTraining: forTraining), rows: rows,
      forTraining: forTraining)
  }
}

/// The density around locations m, with scales exp(v / 2), of rows of D columns.
protocol LocationScaleDensity: AnyObject {
  /// Must be called before rows are worked on, whenever parameters may have changed.
  func begin(parameters: UnsafePointer<Float>)

  /// log p(x) of a row in nats.
  func logLikelihood(
    _ location: UnsafePointer<Float>, _ logVariance: UnsafePointer<Float>, of example: UnsafePointer<Float>
  ) -> Double

  /// The share of each column in it, [D].
  func writeColumnTerms(
    _ location: UnsafePointer<Float>, _ logVariance: UnsafePointer<Float>, of example: UnsafePointer<Float>,
    into terms: UnsafeMutablePointer<Double>)

  /// The same as `logLikelihood`; writes the gradients of -weight * log p(x) at location and v, and keeps those at
  /// parameters of its own.
  func gradient(
    _ row: Int, _ location: UnsafePointer<Float>, _ logVariance: UnsafePointer<Float>,
    of example: UnsafePointer<Float>, weight: Float, _ locationGradient: UnsafeMutablePointer<Float>,
    _ logVarianceGradient: UnsafeMutablePointer<Float>
  ) -> Double

  /// Takes back what `gradient` kept of a column of the row for parameters of its own.
  func clearGradient(_ row: Int, column: Int)

  /// The gradients of parameters of its own, summed over the first `rows` rows and written to their places.
  func finishGradients(
    rows: Int, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>)

  /// Turns exp(v) into variances, in place.
  func scaleVariances(_ squaredScales: UnsafeMutablePointer<Float>)

  /// The density with location 0 and v = 0 of a column, in cells.
  func cells(column: Int) -> DensityCells

  /// Draws of the density with location 0 and v = 0.
  func draw(_ stream: RandomStream, into noise: UnsafeMutablePointer<Float>)
}

extension LocationScaleDensity {
  func begin(parameters: UnsafePointer<Float>) {}
  func clearGradient(_ row: Int, column: Int) {}
  func finishGradients(
    rows: Int, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>
  ) {}
  func scaleVariances(_ squaredScales: UnsafeMutablePointer<Float>) {}
}
