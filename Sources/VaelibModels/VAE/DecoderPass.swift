import Glibc
import VaelibNetworks
import VaelibNumerics

/// p(x|z) for up to a fixed number of latent rows: the decoder network and the likelihood on top.
///
/// Row functions touch memory of their row only, so different rows may be worked on by different threads.
final class DecoderPass {
  /// Above it a variance would overflow before anything useful is learned.
  static let logVarianceUpperBound: Float = 20

  private let model: VariationalAutoencoder
  private let workspace: NetworkWorkspace
  private let width: Int
  private let likelihood: LikelihoodKind
  private let variance: VarianceKind
  private let meanIsSigmoid: Bool
  private let lowerBound: Float
  /// Means, where they are not the network's outputs themselves, [rows, D].
  private let means: FloatBuffer?
  /// Bounded log-variances of a Gaussian: [rows, D] if predicted, else one row for all.
  private let logVariances: FloatBuffer?
  /// Gradients at a learned log-variance, [rows, D], or room for those of a fixed one that nobody needs.
  private let logVarianceGradients: FloatBuffer?

  init(_ model: VariationalAutoencoder, rows: Int, forTraining: Bool) throws {
    let configuration = model.configuration
    self.model = model
    width = configuration.dataDimension
    likelihood = configuration.likelihood
    variance = configuration.variance
    meanIsSigmoid = likelihood == .bernoulli || configuration.meanActivation == .sigmoid
    lowerBound = Float(2 * log(configuration.stddevFloor))
    workspace = try NetworkWorkspace(model.decoder, rows: rows, forTraining: forTraining)
    let gaussian = likelihood == .gaussian
    means = gaussian && meanIsSigmoid ? try FloatBuffer(rows: rows, columns: width) : nil
    logVariances =
      gaussian ? try FloatBuffer(rows: variance == .predicted ? rows : 1, columns: width) : nil
    logVarianceGradients =
      gaussian && forTraining && variance != .predicted
      ? try FloatBuffer(rows: rows, columns: width) : nil
  }

  /// Decodes `latents` [rows, J].
  func run(_ latents: MatrixView) {
    model.decoder.forward(parameters: model.parameters.base, input: latents, workspace: workspace)
    guard likelihood == .gaussian, let logVariances else { return }
    if let tensor = model.decoderLogVariance {
      bound(model.parameters.base + tensor.offset, into: logVariances.base)
    } else if variance == .fixed {
      let fixed = Float(2 * log(model.configuration.noiseStddev))
      logVariances.base.update(repeating: fixed, count: width)
    }
  }

  private func bound(_ raw: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>) {
    kernels.boundLogVariance(raw, out, lowerBound, Self.logVarianceUpperBound, width)
  }

  private func output(_ row: Int) -> UnsafeMutablePointer<Float> { workspace.output(row + 1).row(row) }

  private func outputGradient(_ row: Int) -> UnsafeMutablePointer<Float> {
    workspace.outputGradient(row + 1).row(row)
  }

  /// The mean of a Gaussian p(x|z), from the network's output.
  private func gaussianMean(_ row: Int) -> UnsafePointer<Float> {
    guard let means else { return UnsafePointer(output(row)) }
    let mean = means.base + row * width
    kernels.sigmoid(output(row), mean, width)
    return UnsafePointer(mean)
  }

  /// The bounded log-variance of a Gaussian p(x|z).
  private func gaussianLogVariance(_ row: Int, _ logVariances: FloatBuffer) -> UnsafePointer<Float> {
    guard variance == .predicted else { return UnsafePointer(logVariances.base) }
    let logVariance = logVariances.base + row * width
    bound(output(row) + width, into: logVariance)
    return UnsafePointer(logVariance)
  }

  /// log p(x|z) of one row in nats, all constants included.
  func logLikelihood(_ row: Int, of example: UnsafePointer<Float>) -> Double {
    guard let logVariances else { return kernels.bernoulliLogLikelihood(output(row), example, width) }
    return kernels.gaussianLogLikelihood(
      gaussianMean(row), gaussianLogVariance(row, logVariances), example, width)
  }

  /// log p(x|z) of one row; prepares the gradient of -weight * log p(x|z) for `backward`.
  func prepareGradient(_ row: Int, of example: UnsafePointer<Float>, weight: Float) -> Double {
    let gradient = outputGradient(row)
    guard let logVariances else {
      return kernels.bernoulliGradient(output(row), example, gradient, weight, width)
    }
    let mean = gaussianMean(row)
    let logVarianceGradient = logVarianceGradients.map { $0.base + row * width } ?? gradient + width
    let value = kernels.gaussianGradient(
      mean, gaussianLogVariance(row, logVariances), example, gradient, logVarianceGradient, weight, width)
    if meanIsSigmoid { kernels.sigmoidBackward(gradient, mean, width) }
    if variance == .predicted {
      kernels.boundLogVarianceBackward(
        logVarianceGradient, output(row) + width, lowerBound, Self.logVarianceUpperBound, width)
    }
    return value
  }

  /// Back-propagates what `prepareGradient` left to the decoder's parameters and to the latents [rows, J].
  func backward(
    _ latents: MatrixView, gradients: UnsafeMutablePointer<Float>, latentGradient: MatrixView
  ) {
    model.decoder.backward(
      parameters: model.parameters.base, gradients: gradients, input: latents, workspace: workspace,
      inputGradient: latentGradient)
    guard let tensor = model.decoderLogVariance, let rowGradients = logVarianceGradients else { return }
    let gradient = gradients + tensor.offset
    gradient.update(repeating: 0, count: width)
    for row in 0..<latents.rows { kernels.addTo(gradient, rowGradients.base + row * width, width) }
    kernels.boundLogVarianceBackward(
      gradient, model.parameters.base + tensor.offset, lowerBound, Self.logVarianceUpperBound, width)
  }

  /// Writes the mean of p(x|z) of one row, [D].
  func writeMean(_ row: Int, into mean: UnsafeMutablePointer<Float>) {
    if meanIsSigmoid {
      kernels.sigmoid(output(row), mean, width)
    } else {
      mean.update(from: output(row), count: width)
    }
  }

  /// Writes the variance of a Gaussian p(x|z) raised to `power`, [D]: 1 for the variance, 1/2 for the deviation.
  func writeVariance(_ row: Int, power: Float, into out: UnsafeMutablePointer<Float>) {
    guard let logVariances else { return }
    kernels.exponential(gaussianLogVariance(row, logVariances), out, power, width)
  }

  /// Writes a sample of p(x|z) of one row, [D], drawn from `stream`.
  func writeSample(_ row: Int, stream: RandomStream, into sample: UnsafeMutablePointer<Float>) {
    writeMean(row, into: sample)
    guard likelihood == .gaussian else { return stream.bernoulliDraws(in: sample, count: width) }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * width) { scratch in
      guard let deviation = scratch.baseAddress else { return }
      let noise = deviation + width
      writeVariance(row, power: 0.5, into: deviation)
      stream.normals(into: noise, count: width)
      for column in 0..<width { sample[column] += deviation[column] * noise[column] }
    }
  }
}
