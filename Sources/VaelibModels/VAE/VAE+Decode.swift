import VaelibNumerics

extension VariationalAutoencoder {
  /// p(x|z) of every latent: its mean and, where it has one of its own, its variance, [N, D] each; under `conditions`, in a
  /// model that has some.
  public func decode(
    _ latents: any ExampleSource, conditions: (any ExampleSource)? = nil, mean: UnsafeMutablePointer<Float>,
    variance: UnsafeMutablePointer<Float>?, control: RunControl = RunControl()
  ) throws {
    if variance != nil, !hasVariance {
      throw ModelError.invalidArgument(
        "a variance was asked for, but under a likelihood \(configuration.likelihoodNames) the mean determines it; ask for "
          + "the mean only")
    }
    let width = configuration.dataDimension
    try forEachDecoded(latents, conditions, control: control) { block, decoder, conditions in
      forEachRow(.likelihood, block.values.rows, width: width) { row in
        let place = (block.first + row) * width
        decoder.writeMean(row, into: mean + place)
        conditions?.writeColumns(block.first + row, into: mean + place)
        if let variance { decoder.writeVariance(row, into: variance + place) }
      }
    }
  }

  /// One sample of p(x|z) for every latent, [N, D].
  public func decodeSample(
    _ latents: any ExampleSource, conditions: (any ExampleSource)? = nil, seed: UInt64,
    examples: UnsafeMutablePointer<Float>,
    control: RunControl = RunControl()
  ) throws {
    let width = configuration.dataDimension
    try forEachDecoded(latents, conditions, control: control) { block, decoder, conditions in
      forEachRow(.random, block.values.rows, width: width) { row in
        let example = examples + (block.first + row) * width
        decoder.writeSample(
          row, stream: RandomPurpose.outputSample.stream(seed: seed, example: block.place + row),
          into: example)
        conditions?.writeColumns(block.first + row, into: example)
      }
    }
  }

  /// Runs the decoder block by block; `body` is called for several blocks at once.
  private func forEachDecoded(
    _ latents: any ExampleSource, _ conditions: (any ExampleSource)?, control: RunControl,
    _ body: (ExampleBlocks.Block, DecoderPass, QueryConditions?) -> Void
  ) throws {
    let blocks = try latentBlocks(latents, control: control)
    let conditions = try QueryConditions(conditions, of: self, rows: latents.rows)
    let plan = BlockPlan(rows: latents.rows, flops: decoder.flops)
    let query = try DecoderQuery(self, plan)
    try blocks.forEachBlock(
      plan, changesRows: false, makeWorkspace: { try DecoderPass(query, rows: plan.height) }
    ) { block, decoder in
      decoder.run(block.values) { conditions?.writeInputs(block.first + $0, into: $1) }
      body(block, decoder, conditions)
    }
  }
}
