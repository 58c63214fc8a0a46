import VaelibNumerics

extension VariationalAutoencoder {
  /// p(x|z) of every latent: its mean and, where it has one of its own, its variance, [N, D] each.
  public func decode(
    _ latents: any ExampleSource, mean: UnsafeMutablePointer<Float>,
    variance: UnsafeMutablePointer<Float>?, control: RunControl = RunControl()
  ) throws {
    if variance != nil, !hasVariance {
      throw ModelError.invalidArgument(
        "a variance was asked for, but under a likelihood \(configuration.likelihoodNames) the mean determines it; ask for "
          + "the mean only")
    }
    let width = configuration.dataDimension
    try forEachDecoded(latents, control: control) { block, decoder in
      forEachRow(.likelihood, block.values.rows, width: width) { row in
        let place = (block.first + row) * width
        decoder.writeMean(row, into: mean + place)
        if let variance { decoder.writeVariance(row, into: variance + place) }
      }
    }
  }

  /// One sample of p(x|z) for every latent, [N, D].
  public func decodeSample(
    _ latents: any ExampleSource, seed: UInt64, examples: UnsafeMutablePointer<Float>,
    control: RunControl = RunControl()
  ) throws {
    let width = configuration.dataDimension
    try forEachDecoded(latents, control: control) { block, decoder in
      forEachRow(.random, block.values.rows, width: width) { row in
        decoder.writeSample(
          row, stream: RandomPurpose.outputSample.stream(seed: seed, example: block.place + row),
          into: examples + (block.first + row) * width)
      }
    }
  }

  /// Runs the decoder block by block; `body` is called for several blocks at once.
  private func forEachDecoded(
    _ latents: any ExampleSource, control: RunControl, _ body: (ExampleBlocks.Block, DecoderPass) -> Void
  ) throws {
    let blocks = try latentBlocks(latents, control: control)
    let plan = BlockPlan(rows: latents.rows, flops: decoder.flops)
    let query = try DecoderQuery(self, plan)
    try blocks.forEachBlock(
      plan, changesRows: false, makeWorkspace: { try DecoderPass(query, rows: plan.height) }
    ) { block, decoder in
      decoder.run(block.values)
      body(block, decoder)
    }
  }
}
