import Glibc
import VaelibNumerics

/// Completes examples by a Markov chain for each: z of q(z|x), then what was missing of p(x|z), in turn (Rezende et al.
/// 2014, appendix F). A z is a proposal, which is accepted with the probability that makes p(x_m|x_o) the chain's
/// distribution (Mattei & Frellsen 2018, Metropolis within Gibbs): without that, an encoder that is wrong about unusual
/// examples carries the chain away. In the first step the encoder sees gaps, later the example as completed. The first
/// half of the steps is not used: there the chain still forgets where it began.
final class ImputationChain {
  private let model: VariationalAutoencoder
  private let configuration: ImputationConfiguration
  private let encoder: EncoderPass
  private let decoder: DecoderPass
  private let latent: Int
  private let width: Int
  private let check: ExampleCheck
  private let missing: MissingEntries
  private let sums: StatisticSums
  /// [rows, J] each: where the chains are, what is proposed, and the noise of that.
  private let latents: FloatBuffer
  private let proposals: FloatBuffer
  private let noise: FloatBuffer
  /// log p(x|z) of the completed examples where the chains are, [rows].
  private let logLikelihoods: UnsafeMutablePointer<Double>
  /// [rows, D] each: the completed examples, and what the encoder is given, which changes it.
  private let completed: FloatBuffer
  private let inputs: FloatBuffer
  private let drawn: FloatBuffer

  init(
    _ configuration: ImputationConfiguration, _ encoder: EncoderQuery, _ decoder: DecoderQuery, rows: Int
  ) throws {
    self.configuration = configuration
    model = encoder.model
    self.encoder = try EncoderPass(encoder, rows: rows)
    self.decoder = try DecoderPass(decoder, rows: rows)
    latent = self.encoder.latent
    width = model.dataDimension
    check = model.exampleCheck
    missing = try MissingEntries(rows: rows, substitutes: check.substitutes(width))
    sums = try StatisticSums(rows: rows, count: self.decoder.statisticCount)
    latents = try FloatBuffer(rows: rows, columns: latent)
    proposals = try FloatBuffer(rows: rows, columns: latent)
    noise = try FloatBuffer(rows: rows, columns: latent)
    logLikelihoods = .allocate(capacity: rows)
    completed = try FloatBuffer(rows: rows, columns: width)
    inputs = try FloatBuffer(rows: rows, columns: width)
    drawn = try FloatBuffer(rows: rows, columns: width)
  }

  deinit { logLikelihoods.deallocate() }

  private var firstUsed: Int { configuration.samples / 2 }

  /// Completes examples [rows, D], the first of which has this place in its set; writes their imputations to `results`,
  /// [rows, M, D], as the chain passes them.
  func run(
    _ examples: MatrixView, place: Int, into results: UnsafeMutablePointer<Float>, shouldStop: () -> Bool
  ) {
    let rows = examples.rows
    for row in 0..<rows {
      completedRow(row).update(from: examples.row(row), count: width)
      (results + row * imputations * width).update(from: examples.row(row), count: width)
      missing.take(row, completedRow(row))
      sums.begin(row)
    }
    let latents = latents.matrix(rows: rows, columns: latent)
    for step in 0..<configuration.samples {
      if shouldStop() { return }
      propose(step == 0 ? examples : completed.matrix(rows: rows, columns: width), step, place: place)
      if step == 0 {
        latents.row(0).update(from: proposals.base, count: rows * latent)
      } else {
        accept(rows, step, place: place)
      }
      decoder.run(latents) { encoder.writeConditions($0, into: $1) }
      forEachRow(.random, rows, width: width * 4) { row in
        draw(row, step, place: place + row)
        if step >= firstUsed { use(row, step - firstUsed, into: results + row * imputations * width) }
      }
    }
  }

  private var imputations: Int { configuration.imputations }

  private func completedRow(_ row: Int) -> UnsafeMutablePointer<Float> { completed.base + row * width }

  /// Encodes examples, and proposes latents.
  private func propose(_ examples: MatrixView, _ step: Int, place: Int) {
    let inputs = inputs.matrix(rows: examples.rows, columns: width)
    for row in 0..<examples.rows { inputs.row(row).update(from: examples.row(row), count: width) }
    encoder.run(inputs)
    forEachRow(.random, examples.rows, width: latent * 4) { row in
      encoder.writeSamples(
        row, count: 1,
        stream: RandomPurpose.imputationLatent.stream(
          seed: configuration.seed, epoch: step, example: place + row),
        firstBlock: 0, noise: noise.base + row * latent, into: proposals.base + row * latent)
    }
  }

  /// Moves the chains to proposals that are accepted. The decoder has decoded where they are, the encoder has
  /// transformed the completed examples.
  private func accept(_ rows: Int, _ step: Int, place: Int) {
    forEachRow(.likelihood, rows, width: width) { logLikelihoods[$0] = logLikelihood($0) }
    decoder.run(proposals.matrix(rows: rows, columns: latent)) { encoder.writeConditions($0, into: $1) }
    forEachRow(.likelihood, rows, width: width) { row in
      let (here, there) = (latents.base + row * latent, proposals.base + row * latent)
      let ratio =
        logLikelihood(row) - logLikelihoods[row] + logPriorOverPosterior(there, row)
        - logPriorOverPosterior(here, row)
      var draws = RandomDraws(
        RandomPurpose.imputationChoice.stream(seed: configuration.seed, epoch: step, example: place + row))
      if log(draws.uniform()) < ratio { here.update(from: there, count: latent) }
    }
  }

  private func logLikelihood(_ row: Int) -> Double {
    decoder.completedLogLikelihood(row, of: inputs.base + row * width, missing: missing.columns(row))
  }

  /// log p(z) - log q(z|x) of a row of the encoder.
  private func logPriorOverPosterior(_ z: UnsafePointer<Float>, _ row: Int) -> Double {
    let (mean, logVariance) = (encoder.mean(row), encoder.logVariance(row))
    return (0..<latent).reduce(0.0) { sum, index in
      let (z, variance) = (Double(z[index]), Double(logVariance[index]))
      let distance = z - Double(mean[index])
      return sum + (distance * distance * exp(-variance) + variance - z * z) / 2
    }
  }

  /// Draws what is missing of a row. A draw that rounds to what the column cannot hold is passed over.
  private func draw(_ row: Int, _ step: Int, place: Int) {
    let sample = drawn.base + row * width
    decoder.writeSample(
      row, of: completedRow(row), missing: missing.columns(row),
      stream: RandomPurpose.imputationSample.stream(
        seed: configuration.seed, epoch: step * model.likelihood.parts.count, example: place),
      into: sample)
    let completed = completedRow(row)
    missing.columns(row).forEach { column in
      if check.accepts(sample[column], column: column) { completed[column] = sample[column] }
    }
  }

  /// Takes step `used` of those that are used into the results.
  private func use(_ row: Int, _ used: Int, into results: UnsafeMutablePointer<Float>) {
    let count = configuration.samples - firstUsed
    guard configuration.estimate == .sample else {
      sums.add(
        row, decoded: row, of: decoder, completedRow(row), missing: missing.columns(row),
        weight: 1 / Double(count))
      if used == count - 1 {
        sums.writeEstimates(
          row, of: missing.columns(row), configuration.estimate, decoder: decoder, into: results)
      }
      return
    }
    // Imputations lie as far apart in the chain as can be.
    let (before, now) = (used * imputations / count, (used + 1) * imputations / count)
    if now > before { (results + before * width).update(from: completedRow(row), count: width) }
  }
}
