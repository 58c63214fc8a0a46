import VaelibNumerics

/// One latent sample of one example: log p(x|z), and log q(z|x) - log p(z).
struct Draw {
  var logLikelihood: Double
  var kl: Double
  var logWeight: Double { logLikelihood - kl }
}

/// Draws latents for a block of encoded examples and weighs them: the common part of bounds and likelihoods.
final class Evaluator<Collector: DrawCollector> {
  /// Decoded rows that are worked on at a time, so that they stay in a thread's cache.
  private static var decodedRows: Int { 128 }

  private let model: VariationalAutoencoder
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
  /// Draw k of row r is `draws[r * samples + k]`.
  private let draws: UnsafeMutableBufferPointer<Draw>
  private let collector: Collector

  /// For blocks of up to `rows` examples, with `samples` draws of each.
  private init(
    _ encoder: EncoderQuery, _ decoder: DecoderQuery, _ evaluation: EvaluationConfiguration, samples: Int,
    rows: Int, makeCollector: (_ rows: Int, DecoderPass) throws -> Collector
  ) throws {
    model = encoder.model
    self.evaluation = evaluation
    self.samples = samples
    self.encoder = try EncoderPass(encoder, rows: rows)
    self.decoder = try DecoderPass(decoder, rows: Self.decodedRows)
    latent = self.encoder.latent
    chunkSamples = min(samples, Self.decodedRows)
    chunkExamples = Self.decodedRows / chunkSamples
    noise = try FloatBuffer(rows: Self.decodedRows, columns: latent)
    latents = try FloatBuffer(rows: Self.decodedRows, columns: latent)
    collector = try makeCollector(rows, self.decoder)
    draws = .allocate(capacity: samples * rows)
  }

  deinit { draws.deallocate() }

  /// Evaluates all examples, block by block, and calls `receive` for each in order.
  ///
  /// - Parameter makeCollector: what is to collect of blocks of up to so many rows, which this decoder decodes.
  static func forEachExample(
    of model: VariationalAutoencoder, _ examples: any ExampleSource, _ evaluation: EvaluationConfiguration,
    control: RunControl, makeCollector: (_ rows: Int, DecoderPass) throws -> Collector,
    _ receive: (_ row: Int, Example) -> Void
  ) throws {
    try evaluation.validate()
    try model.check(evaluation.binarization)
    let blocks = try model.exampleBlocks(examples, control: control)
    let samples = evaluation.samples
    let (flops, overflow) = model.decoder.flops.multipliedReportingOverflow(by: samples)
    let plan = BlockPlan(
      rows: examples.rows, flops: overflow ? Int.max : flops, most: max(1, 16 * decodedRows / samples))
    let (encoder, decoder) = (try EncoderQuery(model, plan), try DecoderQuery(model, plan))
    try blocks.forEachBlock(
      plan, changesRows: model.likelihood.inputs.changesExamples || evaluation.binarization == .dynamic,
      makeWorkspace: {
        try Evaluator(
          encoder, decoder, evaluation, samples: samples, rows: plan.height,
          makeCollector: makeCollector)
      },
      compute: { block, evaluator in
        evaluator.encode(block)
        // A single block is worked on by the calling thread, which alone may tell the caller how far it is.
        evaluator.draw(block) {
          plan.lanes == 1 ? blocks.progress.shouldStop(done: block.first) : control.isCancelled()
        }
      },
      collect: { block, evaluator in
        for row in 0..<block.values.rows { receive(block.first + row, evaluator.example(row)) }
      })
  }

  /// What was found of an example.
  struct Example {
    let draws: UnsafeBufferPointer<Draw>
    /// KL(q(z|x) || p(z)) in closed form.
    let analyticKL: Double
    /// What was collected of the block that it is in, and its row there.
    let collector: Collector
    let rowOfBlock: Int
  }

  private func example(_ row: Int) -> Example {
    Example(
      draws: UnsafeBufferPointer(rebasing: draws[row * samples..<(row + 1) * samples]),
      analyticKL: kernels.klDivergence(encoder.mean(row), encoder.logVariance(row), latent),
      collector: collector, rowOfBlock: row)
  }

  /// Binarises the block where asked to, and encodes it.
  private func encode(_ block: ExampleBlocks.Block) {
    if evaluation.binarization == .dynamic {
      forEachRow(.random, block.values.rows, width: block.values.columns) { row in
        model.likelihood.binarize(
          block.values.row(row),
          RandomPurpose.evaluationBinarization.stream(
            seed: evaluation.seed, example: evaluation.noisePlace(block.place + row)))
      }
    }
    collector.begin(block.values)
    encoder.run(block.values)
  }

  private func draw(_ block: ExampleBlocks.Block, shouldStop: () -> Bool) {
    for first in stride(from: 0, to: block.values.rows, by: chunkExamples) {
      let rows = first..<min(first + chunkExamples, block.values.rows)
      for sample in stride(from: 0, to: samples, by: chunkSamples) {
        if shouldStop() { return }
        draw(block, rows: rows, samples: sample..<min(sample + chunkSamples, samples))
      }
    }
  }

  private func draw(_ block: ExampleBlocks.Block, rows: Range<Int>, samples range: Range<Int>) {
    let count = range.count
    forEachRow(.random, rows.count, width: count * latent * 4) { index in
      let row = rows.lowerBound + index
      encoder.writeSamples(
        row, count: count,
        stream: RandomPurpose.evaluationNoise.stream(
          seed: evaluation.seed, example: evaluation.noisePlace(block.place + row)),
        firstBlock: range.lowerBound * latent / 4, noise: noise.base + index * count * latent,
        into: latents.base + index * count * latent)
    }
    decoder.run(latents.matrix(rows: rows.count * count, columns: latent)) {
      encoder.writeConditions(rows.lowerBound + $0 / count, into: $1)
    }
    forEachRow(.likelihood, rows.count * count, width: block.values.columns) { decoded in
      let (index, sample) = decoded.quotientAndRemainder(dividingBy: count)
      let row = rows.lowerBound + index
      draws[row * samples + range.lowerBound + sample] = Draw(
        logLikelihood: decoder.logLikelihood(
          decoded, of: block.values.row(row), missing: encoder.missing(row)),
        kl: monteCarloKL(
          latent: latents.base + decoded * latent, noise: noise.base + decoded * latent,
          logVariance: encoder.logVariance(row), count: latent))
    }
    collect(block, rows: rows, samples: range)
  }

  private func collect(_ block: ExampleBlocks.Block, rows: Range<Int>, samples range: Range<Int>) {
    if Collector.collectsNothing { return }
    forEachRow(.likelihood, rows.count, width: range.count * block.values.columns) { index in
      let row = rows.lowerBound + index
      guard let draws = draws.baseAddress else { return }
      collector.collect(
        row, block.values.row(row), missing: encoder.missing(row), place: block.place + row, samples: range,
        draws: draws + row * samples + range.lowerBound, decoded: index * range.count, of: decoder)
    }
  }
}

extension Evaluator where Collector == NoCollector {
  /// The same, where the weights are all that is wanted.
  static func forEachExample(
    of model: VariationalAutoencoder, _ examples: any ExampleSource, _ evaluation: EvaluationConfiguration,
    control: RunControl, _ receive: (_ row: Int, Example) -> Void
  ) throws {
    try forEachExample(
      of: model, examples, evaluation, control: control, makeCollector: { _, _ in NoCollector() }, receive)
  }
}
