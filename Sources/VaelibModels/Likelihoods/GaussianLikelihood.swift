import VaelibNetworks
import VaelibNumerics

/// log p(x|z) = sum_d -1/2 log(2 pi s_d^2) - (x_d - m_d)^2 / (2 s_d^2) (AEVB, appendix C.2).
struct GaussianLikelihood: LocationScaleLikelihood {
  let locationScale: LocationScale

  init(_ columns: LikelihoodColumns, layout: inout ParameterLayout) throws(NetworkError) {
    locationScale = try LocationScale(columns, layout: &layout)
  }

  func makeDensity(rows: Int, forTraining: Bool) -> any LocationScaleDensity {
    GaussianDensity(width: locationScale.width)
  }
}

final class GaussianDensity: LocationScaleDensity {
  private let width: Int

  init(width: Int) { self.width = width }

  func logLikelihood(
    _ mean: UnsafePointer<Float>, _ logVariance: UnsafePointer<Float>, of example: UnsafePointer<Float>
  ) -> Double {
    kernels.gaussianLogLikelihood(mean, logVariance, example, width)
  }

  func writeColumnTerms(
    _ mean: UnsafePointer<Float>, _ logVariance: UnsafePointer<Float>, of example: UnsafePointer<Float>,
    into terms: UnsafeMutablePointer<Double>
  ) {
    for column in 0..<width {
      terms[column] = kernels.gaussianLogLikelihood(
        mean + column, logVariance + column, example + column, 1)
    }
  }

  func gradient(
    _ row: Int, _ mean: UnsafePointer<Float>, _ logVariance: UnsafePointer<Float>,
    of example: UnsafePointer<Float>, weight: Float, _ meanGradient: UnsafeMutablePointer<Float>,
    _ logVarianceGradient: UnsafeMutablePointer<Float>
  ) -> Double {
    kernels.gaussianGradient(mean, logVariance, example, meanGradient, logVarianceGradient, weight, width)
  }

  func cells(column: Int) -> DensityCells { .gaussian }

  func draw(_ stream: RandomStream, into noise: UnsafeMutablePointer<Float>) {
    stream.normals(into: noise, count: width)
  }
}
