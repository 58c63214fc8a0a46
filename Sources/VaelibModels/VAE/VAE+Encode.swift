import VaelibNumerics

extension VariationalAutoencoder {
  /// q(z|x) of every example: mean and log-variance, [N, J] each; either may be nil.
  public func encode(
    _ examples: any ExampleSource, mean: UnsafeMutablePointer<Float>?,
    logVariance: UnsafeMutablePointer<Float>?, control: RunControl = RunControl()
  ) throws {
    let width = configuration.latentDimension
    try forEachEncoded(examples, meansOnly: logVariance == nil, control: control) { block, encoder in
      for row in 0..<block.values.rows {
        let place = (block.first + row) * width
        mean.map { ($0 + place).update(from: encoder.mean(row), count: width) }
        logVariance.map { ($0 + place).update(from: encoder.logVariance(row), count: width) }
      }
    }
  }

  /// One sample of q(z|x) for every example, [N, J].
  public func encodeSample(
    _ examples: any ExampleSource, seed: UInt64, latents: UnsafeMutablePointer<Float>,
    control: RunControl = RunControl()
  ) throws {
    let width = configuration.latentDimension
    try forEachEncoded(examples, meansOnly: false, control: control) { block, encoder in
      for row in 0..<block.values.rows {
        encoder.writeSample(
          row, stream: RandomPurpose.latentSample.stream(seed: seed, example: block.place + row),
          into: latents + (block.first + row) * width)
      }
    }
  }

  /// Runs the encoder block by block; `body` is called for several blocks at once.
  private func forEachEncoded(
    _ examples: any ExampleSource, meansOnly: Bool, control: RunControl,
    _ body: (ExampleBlocks.Block, EncoderPass) -> Void
  ) throws {
    let blocks = try exampleBlocks(examples, control: control)
    let plan = BlockPlan(rows: examples.rows, flops: encoder.flops)
    let query = try EncoderQuery(self, plan, meansOnly: meansOnly)
    try blocks.forEachBlock(
      plan, changesRows: likelihood.inputs.changesExamples,
      makeWorkspace: { try EncoderPass(query, rows: plan.height) }
    ) { block, encoder in
      encoder.run(block.values)
      body(block, encoder)
    }
  }
}
