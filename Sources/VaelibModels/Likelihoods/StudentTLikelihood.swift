import Glibc
import VaelibNetworks
import VaelibNumerics

/// log p(x|z) = sum_d log Gamma((n_d + 1)/2) - log Gamma(n_d/2) - 1/2 log(n_d pi s_d^2) - (n_d + 1)/2 log(1 + (x_d -
/// m_d)^2 / (n_d s_d^2)): values far from the location cost their logarithm, not their square, so that a few of them do
/// not rule what is learned (Lange, Little & Taylor 1989). The degrees of freedom n are fixed, or one is learned for each
/// column.
struct StudentTLikelihood: LocationScaleLikelihood {
  let locationScale: LocationScale
  let degrees: Degrees

  /// Where the degrees of freedom come from.
  enum Degrees {
    case fixed(Double)
    /// The raw value of each column, from which its degrees of freedom follow.
    case learned(ParameterTensor)
  }

  init(_ columns: LikelihoodColumns, layout: inout ParameterLayout) throws(NetworkError) {
    locationScale = try LocationScale(columns, layout: &layout)
    if columns.options.degreesOfFreedom == Double(automaticNumber) {
      degrees = .learned(
        try layout.append(columns.prefix + "decoder/degrees_of_freedom", rows: 1, columns: columns.count))
    } else {
      degrees = .fixed(columns.options.degreesOfFreedom)
    }
  }

  var learned: [Optimizer.Pace] {
    guard case .learned(let tensor) = degrees else { return locationScale.learned }
    return locationScale.learned
      + [Optimizer.Pace(range: tensor.range, factor: LocationScale.logVariancePace)]
  }

  func makeDensity(rows: Int, forTraining: Bool) throws(NumericsError) -> any LocationScaleDensity {
    try StudentTDensity(degrees, width: locationScale.width, rows: rows, forTraining: forTraining)
  }
}

private final class StudentTDensity: LocationScaleDensity {
  /// Softly, log n lies between log 1 and log 1000: below 1 there is no mean, above 1000 it is a Gaussian.
  private static let logBounds: (lower: Float, upper: Float) = (0, 6.9077554)
  /// What a raw value of 0 stands for, before bounds: log 4, which together with them means 5 degrees.
  private static let origin: Float = 1.3862944

  private let source: StudentTLikelihood.Degrees
  private let width: Int
  /// One row each: the degrees of freedom, and the raw values that they come from.
  private let degrees: FloatBuffer
  private let raw: FloatBuffer
  /// Gradients at the degrees of freedom, [rows, D], and the weight that each row had; room for one row where they are fixed.
  private let degreesGradients: FloatBuffer
  private let weights: FloatBuffer
  private let rowsWithGradients: Int
  /// The part of log p(x) that depends on the degrees alone.
  private var constant = 0.0
  /// Those that were asked for, by degrees of freedom.
  private var cells: [Float: DensityCells] = [:]

  init(
    _ source: StudentTLikelihood.Degrees, width: Int, rows: Int, forTraining: Bool
  ) throws(NumericsError) {
    self.source = source
    self.width = width
    degrees = try FloatBuffer(count: width)
    raw = try FloatBuffer(count: width)
    rowsWithGradients = forTraining ? rows : 0
    degreesGradients = try FloatBuffer(rows: max(rowsWithGradients, 1), columns: width)
    weights = try FloatBuffer(count: max(rowsWithGradients, 1))
    if case .fixed(let value) = source { setDegrees { _ in Float(value) } }
  }

  func begin(parameters: UnsafePointer<Float>) {
    guard case .learned(let tensor) = source else { return }
    let values = parameters + tensor.offset
    for column in 0..<width { raw.base[column] = values[column] + Self.origin }
    kernels.softClamp(raw.base, degrees.base, Self.logBounds.lower, Self.logBounds.upper, width)
    setDegrees { exp(degrees.base[$0]) }
  }

  private func setDegrees(_ value: (Int) -> Float) {
    constant = 0
    for column in 0..<width {
      degrees.base[column] = value(column)
      constant += Self.constant(degrees: Double(degrees.base[column]))
    }
  }

  /// The part of a column's log p(x) that depends on its degrees of freedom alone.
  private static func constant(degrees n: Double) -> Double {
    logGamma((n + 1) / 2) - logGamma(n / 2) - log(n * .pi) / 2
  }

  func logLikelihood(
    _ location: UnsafePointer<Float>, _ logVariance: UnsafePointer<Float>, of example: UnsafePointer<Float>
  ) -> Double {
    kernels.studentTLogLikelihood(location, logVariance, degrees.base, example, width) + constant
  }

  func writeColumnTerms(
    _ location: UnsafePointer<Float>, _ logVariance: UnsafePointer<Float>, of example: UnsafePointer<Float>,
    into terms: UnsafeMutablePointer<Double>
  ) {
    for column in 0..<width {
      let kernel = kernels.studentTLogLikelihood(
        location + column, logVariance + column, degrees.base + column, example + column, 1)
      terms[column] = kernel + Self.constant(degrees: Double(degrees.base[column]))
    }
  }

  func gradient(
    _ row: Int, _ location: UnsafePointer<Float>, _ logVariance: UnsafePointer<Float>,
    of example: UnsafePointer<Float>, weight: Float, _ locationGradient: UnsafeMutablePointer<Float>,
    _ logVarianceGradient: UnsafeMutablePointer<Float>
  ) -> Double {
    weights.base[row] = weight
    return constant
      + kernels.studentTGradient(
        location, logVariance, degrees.base, example, locationGradient, logVarianceGradient,
        degreesGradients.base + row * width, weight, width)
  }

  /// What is left is what `finishGradients` subtracts of each row.
  func clearGradient(_ row: Int, column: Int) {
    guard rowsWithGradients > 0 else { return }
    let slope = Self.slope(degrees: Double(degrees.base[column]))
    degreesGradients.base[row * width + column] = Float(Double(weights.base[row]) * slope)
  }

  func finishGradients(
    rows: Int, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>
  ) {
    guard case .learned(let tensor) = source else { return }
    let gradient = gradients + tensor.offset
    gradient.update(repeating: 0, count: width)
    for row in 0..<rows { kernels.addTo(gradient, degreesGradients.base + row * width, width) }
    let weight = (0..<rows).reduce(0.0) { $0 + Double(weights.base[$1]) }
    for column in 0..<width {
      let n = Double(degrees.base[column])
      // By way of log n.
      gradient[column] = Float(n * (Double(gradient[column]) - weight * Self.slope(degrees: n)))
    }
    kernels.softClampBackward(
      gradient, raw.base, Self.logBounds.lower, Self.logBounds.upper, width)
  }

  /// The derivative of `constant` by n.
  private static func slope(degrees n: Double) -> Double {
    (digamma((n + 1) / 2) - digamma(n / 2) - 1 / n) / 2
  }

  /// n / (n - 2), infinite up to 2 degrees of freedom.
  func scaleVariances(_ squaredScales: UnsafeMutablePointer<Float>) {
    for column in 0..<width {
      let n = degrees.base[column]
      squaredScales[column] = n > 2 ? squaredScales[column] * n / (n - 2) : .infinity
    }
  }

  func cells(column: Int) -> DensityCells {
    let degrees = degrees.base[column]
    if let known = cells[degrees] { return known }
    let found = DensityCells.studentT(degrees: Double(degrees))
    cells[degrees] = found
    return found
  }

  /// sqrt(n (u^(-2/n) - 1)) cos(2 pi w) for u, w uniform (Bailey 1994).
  func draw(_ stream: RandomStream, into noise: UnsafeMutablePointer<Float>) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * width) { memory in
      guard let uniforms = memory.baseAddress else { return }
      stream.uniforms(into: uniforms, count: 2 * width)
      for column in 0..<width {
        let n = Double(degrees.base[column])
        // 1 - u is never 0.
        let radius = (n * expm1(-2 / n * log1p(-Double(uniforms[column])))).squareRoot()
        noise[column] = Float(radius * cos(2 * .pi * Double(uniforms[width + column])))
      }
    }
  }
}
