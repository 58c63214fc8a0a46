import VaelibNumerics

/// The mean of a distribution, or a sample of it: always the caller's choice.
public enum MeanOrSample: Sendable {
  case mean
  case sample
}

extension VariationalAutoencoder {
  /// The mean of p(x|z) of every example, [N, D], where z is the mean of q(z|x) or a sample of it. Counts that are shares of
  /// a total are those of the example's.
  public func reconstruct(
    _ examples: any ExampleSource, latent: MeanOrSample, seed: UInt64,
    mean: UnsafeMutablePointer<Float>, control: RunControl = RunControl()
  ) throws {
    let blocks = try exampleBlocks(examples, control: control)
    let plan = BlockPlan(rows: examples.rows, flops: encoder.flops + decoder.flops)
    let encoder = try EncoderQuery(self, plan, meansOnly: latent == .mean)
    let decoder = try DecoderQuery(self, plan)
    let width = configuration.dataDimension
    try blocks.forEachBlock(
      plan, changesRows: likelihood.inputs.changesExamples,
      makeWorkspace: { try Reconstruction(encoder, decoder, rows: plan.height) }
    ) { block, reconstruction in
      reconstruction.run(block.values) { encoder, row, z in
        switch latent {
        case .mean: z.update(from: encoder.mean(row), count: encoder.latent)
        case .sample:
          encoder.writeSample(
            row, stream: RandomPurpose.latentSample.stream(seed: seed, example: block.place + row), into: z)
        }
      }
      forEachRow(.likelihood, block.values.rows, width: width) { row in
        reconstruction.decoder.writeMean(
          row, of: block.values.row(row), missing: reconstruction.encoder.missing(row),
          into: mean + (block.first + row) * width)
      }
    }
  }

  /// The path between two examples: `steps` points on the line between the latent means of rows `from` and `to`,
  /// decoded to means, [steps, D]; under conditions that go the same way.
  public func interpolate(
    _ examples: any ExampleSource, from: Int, to: Int, steps: Int, mean: UnsafeMutablePointer<Float>
  ) throws {
    for (name, row) in [("from", from), ("to", to)] where !(0..<examples.rows).contains(row) {
      throw ModelError.invalidArgument(
        "\(name) is row \(row), but the examples have rows 0 to \(examples.rows - 1)")
    }
    if steps < 2 {
      throw ModelError.invalidArgument("steps is \(steps); at least 2 are needed, one for each end")
    }
    let width = configuration.latentDimension
    let ends = try FloatBuffer(rows: 2, columns: width)
    for (index, row) in [from, to].enumerated() {
      try encode(
        SliceSource(examples, rows: row..<row + 1), mean: ends.base + index * width, logVariance: nil)
    }
    let line = try FloatBuffer(rows: steps, columns: width)
    let shares = (0..<steps).map { Float($0) / Float(steps - 1) }
    for (step, share) in shares.enumerated() {
      for index in 0..<width {
        line.base[step * width + index] = (1 - share) * ends.base[index] + share * ends.base[width + index]
      }
    }
    try decode(
      ArraySource(line, rows: steps, columns: width),
      conditions: try conditions(of: examples, from: from, to: to, shares: shares), mean: mean, variance: nil)
  }
}

/// Both networks at work, one after the other.
private final class Reconstruction {
  let decoder: DecoderPass
  let encoder: EncoderPass
  private let latents: FloatBuffer

  init(_ encoder: EncoderQuery, _ decoder: DecoderQuery, rows: Int) throws {
    self.encoder = try EncoderPass(encoder, rows: rows)
    self.decoder = try DecoderPass(decoder, rows: rows)
    latents = try FloatBuffer(rows: rows, columns: self.encoder.latent)
  }

  /// Decodes what `choose` takes for the latents of each row.
  func run(
    _ examples: MatrixView, choose: (EncoderPass, _ row: Int, _ z: UnsafeMutablePointer<Float>) -> Void
  ) {
    encoder.run(examples)
    let z = latents.matrix(rows: examples.rows, columns: encoder.latent)
    for row in 0..<z.rows { choose(encoder, row, z.row(row)) }
    decoder.run(z) { encoder.writeConditions($0, into: $1) }
  }
}

extension EncoderPass {
  /// z = mean + exp(logVariance / 2) * noise for one row, the noise drawn from `stream`.
  func writeSample(_ row: Int, stream: RandomStream, into z: UnsafeMutablePointer<Float>) {
    writeSamples(row, count: 1, stream: stream, firstBlock: 0, noise: nil, into: z)
  }
}
