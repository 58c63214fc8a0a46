import VaelibNumerics

/// Draws latents for a block of encoded examples and weighs them: the common part of bounds and likelihoods.
final class Evaluator {
  /// One latent sample of one example: log p(x|z), and log q(z|x) - log p(z).
  struct Draw {
    var logLikelihood: Double
    var kl: Double
    var logWeight: Double { logLikelihood - kl }
  }

  private let evaluation: EvaluationConfiguration
  private let encoder: EncoderPass
  private let decoder: DecoderPass
  private let samples: Int
  private let latent: Int
  /// How many samples of one example are decoded at a time, and of how many examples.
  private let chunkSamples: Int
  private let chunkExamples: Int
  private let noise: FloatBuffer
  private let latents: FloatBuffer
  private let draws: UnsafeMutableBufferPointer<Draw>
  private var block: ExampleBlocks.Block?

  init(
    _ model: VariationalAutoencoder, _ evaluation: EvaluationConfiguration, examples: any ExampleSource,
    terms samples: Int
  ) throws {
    try evaluation.validate()
    try model.check(evaluation.binarization)
    self.evaluation = evaluation
    self.samples = samples
    latent = model.configuration.latentDimension
    chunkSamples = min(samples, ExampleBlocks.rows)
    chunkExamples = min(max(1, examples.rows), ExampleBlocks.rows / chunkSamples)
    let decoderRows = chunkSamples * chunkExamples
    let blockRows = min(ExampleBlocks.rows, max(1, examples.rows))
    encoder = try EncoderPass(model, rows: blockRows, forTraining: false)
    decoder = try DecoderPass(model, rows: decoderRows, forTraining: false)
    noise = try FloatBuffer(rows: decoderRows, columns: latent)
    latents = try FloatBuffer(rows: decoderRows, columns: latent)
    draws = .allocate(capacity: samples * chunkExamples)
  }

  deinit { draws.deallocate() }

  /// Binarises the block where asked to, and encodes it.
  func encode(_ block: ExampleBlocks.Block) throws {
    if evaluation.binarization == .dynamic {
      forEachRow(block.values.rows, width: block.values.columns) { row in
        RandomPurpose.evaluationBinarization.stream(seed: evaluation.seed, example: block.place + row)
          .bernoulliDraws(in: block.values.row(row), count: block.values.columns)
      }
    }
    encoder.run(block.values)
    self.block = block
  }

  /// KL(q(z|x) || p(z)) of a row of the block, in closed form.
  func analyticKL(_ row: Int) -> Double {
    kernels.klDivergence(encoder.mean(row), encoder.logVariance(row), latent)
  }

  /// Calls `body` with all draws of each example of the block.
  func forEachExample(
    _ progress: QueryProgress, _ body: (_ row: Int, _ draws: UnsafeBufferPointer<Draw>) -> Void
  ) throws {
    guard let block else { return }
    for first in stride(from: 0, to: block.values.rows, by: chunkExamples) {
      let rows = first..<min(first + chunkExamples, block.values.rows)
      for sample in stride(from: 0, to: samples, by: chunkSamples) {
        try progress.poll(done: block.first + first)
        draw(block, rows: rows, samples: sample..<min(sample + chunkSamples, samples))
      }
      for row in rows {
        let start = (row - first) * samples
        body(row, UnsafeBufferPointer(rebasing: draws[start..<start + samples]))
      }
    }
  }

  private func draw(_ block: ExampleBlocks.Block, rows: Range<Int>, samples range: Range<Int>) {
    let count = range.count
    forEachRow(rows.count, width: count * latent * 4) { index in
      let row = rows.lowerBound + index
      encoder.writeSamples(
        row, count: count,
        stream: RandomPurpose.evaluationNoise.stream(seed: evaluation.seed, example: block.place + row),
        firstBlock: range.lowerBound * latent / 4, noise: noise.base + index * count * latent,
        into: latents.base + index * count * latent)
    }
    decoder.run(latents.matrix(rows: rows.count * count, columns: latent))
    let draws = draws
    forEachRow(rows.count * count, width: block.values.columns) { decoded in
      let (index, sample) = decoded.quotientAndRemainder(dividingBy: count)
      let row = rows.lowerBound + index
      draws[index * samples + range.lowerBound + sample] = Draw(
        logLikelihood: decoder.logLikelihood(decoded, of: block.values.row(row)),
        kl: monteCarloKL(
          latent: latents.base + decoded * latent, noise: noise.base + decoded * latent,
          logVariance: encoder.logVariance(row), count: latent))
    }
  }
}
