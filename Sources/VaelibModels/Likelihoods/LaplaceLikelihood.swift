import Glibc
import VaelibNetworks
import VaelibNumerics

/// log p(x|z) = sum_d -log(2 b_d) - |x_d - m_d| / b_d, with the scale b_d kept as the variance 2 b_d^2: the location is the
/// median, which single unusual values move less than a mean.
struct LaplaceLikelihood: LocationScaleLikelihood {
  let locationScale: LocationScale

  init(_ columns: LikelihoodColumns, layout: inout ParameterLayout) throws(NetworkError) {
    locationScale = try LocationScale(columns, layout: &layout)
  }

  func makeDensity(rows: Int, forTraining: Bool) -> any LocationScaleDensity {
    LaplaceDensity(width: locationScale.width)
  }
}

private final class LaplaceDensity: LocationScaleDensity {
  private let width: Int

  init(width: Int) { self.width = width }

  func logLikelihood(
    _ location: UnsafePointer<Float>, _ logVariance: UnsafePointer<Float>, of example: UnsafePointer<Float>
  ) -> Double {
    kernels.laplaceLogLikelihood(location, logVariance, example, width)
  }

  func writeColumnTerms(
    _ location: UnsafePointer<Float>, _ logVariance: UnsafePointer<Float>, of example: UnsafePointer<Float>,
    into terms: UnsafeMutablePointer<Double>
  ) {
    for column in 0..<width {
      terms[column] = kernels.laplaceLogLikelihood(
        location + column, logVariance + column, example + column, 1)
    }
  }

  func gradient(
    _ row: Int, _ location: UnsafePointer<Float>, _ logVariance: UnsafePointer<Float>,
    of example: UnsafePointer<Float>, weight: Float, _ locationGradient: UnsafeMutablePointer<Float>,
    _ logVarianceGradient: UnsafeMutablePointer<Float>
  ) -> Double {
    kernels.laplaceGradient(
      location, logVariance, example, locationGradient, logVarianceGradient, weight, width)
  }

  func cells(column: Int) -> DensityCells { .laplace }

  /// By the inverse of the distribution function: the sign, and an exponential magnitude of variance 1.
  func draw(_ stream: RandomStream, into noise: UnsafeMutablePointer<Float>) {
    stream.uniforms(into: noise, count: width)
    for column in 0..<width {
      // Multiples of 2^-24 from 0 on, moved to the middle of their steps: never 0 and never 1.
      let centred = 2 * (Double(noise[column]) + 0x1p-25) - 1
      noise[column] = Float(copysign(-log(1 - abs(centred)) / 2.0.squareRoot(), centred))
    }
  }
}
