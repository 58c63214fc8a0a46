import Glibc
import VaelibNetworks
import VaelibNumerics

/// A likelihood of location and scale at work. Examples come standardised where the model standardises, and so do
/// locations and log-variances in here; what goes out is in the data's units.
final class LocationScaleRows: ColumnwiseRows {
  private let likelihood: LocationScale
  private let density: any LocationScaleDensity
  let width: Int
  private let standardizer: Standardizer?
  /// Means and variances where locations and scales are those of normal scores, for which training has no use.
  private let quantileMoments: QuantileMoments?
  private var bounds: LogVarianceBounds
  /// Locations, where they are not the decoder's outputs themselves, [rows, D].
  private let locations: FloatBuffer?
  /// Bounded log-variances: [rows, D] if predicted, else one row for all.
  private let logVariances: FloatBuffer
  /// Gradients at a learned log-variance, [rows, D], or room for those of a fixed one that nobody needs.
  private let logVarianceGradients: FloatBuffer?

  init(
    _ likelihood: LocationScale, _ density: any LocationScaleDensity, rows: Int, forTraining: Bool
  ) throws(NumericsError) {
    self.likelihood = likelihood
    self.density = density
    width = likelihood.width
    if let standardization = likelihood.standardization {
      standardizer = try Standardizer(standardization)
    } else {
      standardizer = nil
    }
    let hasScores = likelihood.standardization?.quantiles != nil
    quantileMoments = hasScores && !forTraining ? QuantileMoments(columns: likelihood.width) : nil
    bounds = LogVarianceBounds(stddevFloor: likelihood.stddevFloor, columns: width)
    let isPredicted = likelihood.variance == .predicted
    locations =
      likelihood.meanActivation == .sigmoid ? try FloatBuffer(rows: rows, columns: width) : nil
    logVariances = try FloatBuffer(rows: isPredicted ? rows : 1, columns: width)
    logVarianceGradients =
      forTraining && !isPredicted ? try FloatBuffer(rows: rows, columns: width) : nil
  }

  func begin(parameters: UnsafePointer<Float>) {
    density.begin(parameters: parameters)
    if let standardizer, standardizer.begin(parameters: parameters) {
      bounds.setOwnFloors(standardizer.ownFloors)
      quantileMoments?.begin(standardizer.quantiles)
    }
    quantileMoments?.begin(density)
    switch likelihood.variance {
    case .fixed:
      for column in 0..<width {
        let unit = standardizer?.logDeviations[column] ?? 0
        logVariances.base[column] = likelihood.fixedLogVariance - Float(2 * unit)
      }
    case .learned, .byCondition:
      if let tensor = likelihood.logVarianceTensor {
        bounds.apply(parameters + tensor.offset, into: logVariances.base)
      }
    case .predicted: break
    }
  }

  private func logJacobian(of example: UnsafePointer<Float>) -> Double {
    standardizer?.logJacobian(of: example) ?? 0
  }

  private func location(_ row: Int, _ outputs: UnsafePointer<Float>) -> UnsafePointer<Float> {
    guard let locations else { return outputs }
    let location = locations.base + row * width
    kernels.sigmoid(outputs, location, width)
    return UnsafePointer(location)
  }

  private func logVariance(_ row: Int, _ outputs: UnsafePointer<Float>) -> UnsafePointer<Float> {
    guard likelihood.variance == .predicted else { return UnsafePointer(logVariances.base) }
    let logVariance = logVariances.base + row * width
    bounds.apply(outputs + width, into: logVariance)
    return UnsafePointer(logVariance)
  }

  func logLikelihood(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>
  ) -> Double {
    density.logLikelihood(location(row, outputs), logVariance(row, outputs), of: example)
      + logJacobian(of: example)
  }

  func writeColumnTerms(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>,
    into terms: UnsafeMutablePointer<Double>
  ) {
    density.writeColumnTerms(location(row, outputs), logVariance(row, outputs), of: example, into: terms)
    guard let standardizer else { return }
    for column in 0..<width { terms[column] += standardizer.logJacobian(of: example[column], column: column) }
  }

  func gradient(
    _ row: Int, _ outputs: UnsafePointer<Float>, of example: UnsafePointer<Float>, weight: Float,
    into gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    let location = location(row, outputs)
    let logVarianceGradient = logVarianceGradient(row, gradient)
    let value = density.gradient(
      row, location, logVariance(row, outputs), of: example, weight: weight, gradient, logVarianceGradient)
    if locations != nil { kernels.sigmoidBackward(gradient, location, width) }
    if likelihood.variance == .predicted { bounds.backward(logVarianceGradient, raw: outputs + width) }
    return value + logJacobian(of: example)
  }

  private func logVarianceGradient(
    _ row: Int, _ gradient: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    logVarianceGradients.map { $0.base + row * width } ?? gradient + width
  }

  func clearGradient(_ row: Int, column: Int, in gradient: UnsafeMutablePointer<Float>) {
    gradient[column] = 0
    logVarianceGradient(row, gradient)[column] = 0
    density.clearGradient(row, column: column)
  }

  func finishGradients(
    rows: Int, parameters: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>
  ) {
    density.finishGradients(rows: rows, parameters: parameters, gradients: gradients)
    guard let tensor = likelihood.logVarianceTensor, let rowGradients = logVarianceGradients else { return }
    let gradient = gradients + tensor.offset
    gradient.update(repeating: 0, count: width)
    for row in 0..<rows { kernels.addTo(gradient, rowGradients.base + row * width, width) }
    bounds.backward(gradient, raw: parameters + tensor.offset)
  }

  /// Turns standardised values into those of the data, in place.
  func restore(_ values: UnsafeMutablePointer<Float>) { standardizer?.restore(values) }

  func writeMean(_ row: Int, _ outputs: UnsafePointer<Float>, into mean: UnsafeMutablePointer<Float>) {
    let location = location(row, outputs)
    mean.update(from: location, count: width)
    guard let quantileMoments, quantileMoments.isKnown else {
      standardizer?.restore(mean)
      return
    }
    let logVariance = logVariance(row, outputs)
    for column in 0..<width {
      mean[column] = Float(
        quantileMoments.mean(
          column, location: Double(location[column]), scale: exp(Double(logVariance[column]) / 2)))
    }
    standardizer?.restoreUnits(mean)
  }

  func writeVariance(
    _ row: Int, _ outputs: UnsafePointer<Float>, into variance: UnsafeMutablePointer<Float>
  ) {
    let logVariance = logVariance(row, outputs)
    if let quantileMoments, quantileMoments.isKnown {
      let location = location(row, outputs)
      for column in 0..<width {
        variance[column] = Float(
          quantileMoments.variance(
            column, location: Double(location[column]), scale: exp(Double(logVariance[column]) / 2)))
      }
    } else {
      kernels.exponential(logVariance, variance, 1, width)
      density.scaleVariances(variance)
    }
    standardizer?.restoreVariance(variance)
  }

  func writeSample(
    _ row: Int, _ outputs: UnsafePointer<Float>, stream: RandomStream,
    into sample: UnsafeMutablePointer<Float>
  ) {
    sample.update(from: location(row, outputs), count: width)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * width) { scratch in
      guard let deviation = scratch.baseAddress else { return }
      let noise = deviation + width
      kernels.exponential(logVariance(row, outputs), deviation, 0.5, width)
      density.draw(stream, into: noise)
      for column in 0..<width { sample[column] += deviation[column] * noise[column] }
    }
    standardizer?.restore(sample)
  }
}
