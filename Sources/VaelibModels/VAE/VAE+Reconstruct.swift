import VaelibNumerics

/// The mean of a distribution, or a sample of it: always the caller's choice.
public enum MeanOrSample: Sendable {
  case mean
  case sample
}

extension VariationalAutoencoder {
  /// The mean of p(x|z) of every example, [N, D], where z is the mean of q(z|x) or a sample of it.
  public func reconstruct(
    _ examples: any ExampleSource, latent: MeanOrSample, seed: UInt64,
    mean: UnsafeMutablePointer<Float>, control: RunControl = RunControl()
  ) throws {
    let rows = min(ExampleBlocks.rows, examples.rows)
    let latents = try FloatBuffer(rows: rows, columns: configuration.latentDimension)
    let decoder = try DecoderPass(self, rows: rows, forTraining: false)
    let width = configuration.dataDimension
    try forEachEncoded(examples, control: control) { block, encoder in
      let z = latents.matrix(rows: block.values.rows, columns: configuration.latentDimension)
      for row in 0..<z.rows {
        switch latent {
        case .mean: z.row(row).update(from: encoder.mean(row), count: z.columns)
        case .sample:
          encoder.writeSample(
            row, stream: RandomPurpose.latentSample.stream(seed: seed, example: block.place + row),
            into: z.row(row))
        }
      }
      decoder.run(z)
      forEachRow(z.rows, width: width) { row in
        decoder.writeMean(row, into: mean + (block.first + row) * width)
      }
    }
  }

  /// The path between two examples: `steps` points on the line between the latent means of rows `from` and `to`,
  /// decoded to means, [steps, D].
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
    for step in 0..<steps {
      let share = Float(step) / Float(steps - 1)
      for index in 0..<width {
        line.base[step * width + index] = (1 - share) * ends.base[index] + share * ends.base[width + index]
      }
    }
    try decode(ArraySource(line, rows: steps, columns: width), mean: mean, variance: nil)
  }
}

extension EncoderPass {
  /// z = mean + exp(logVariance / 2) * noise for one row, the noise drawn from `stream`.
  func writeSample(_ row: Int, stream: RandomStream, into z: UnsafeMutablePointer<Float>) {
    writeSamples(row, count: 1, stream: stream, firstBlock: 0, noise: nil, into: z)
  }
}
