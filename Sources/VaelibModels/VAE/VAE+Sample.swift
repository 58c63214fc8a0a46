import VaelibNumerics

extension VariationalAutoencoder {
  /// z from the prior N(0, I), then the mean of p(x|z) or a sample of it, [rows, D]; under `conditions`, in a model that has
  /// some: as many rows, or one for all.
  public func sample(
    rows: Int, conditions: (any ExampleSource)? = nil, output: MeanOrSample, seed: UInt64,
    examples: UnsafeMutablePointer<Float>,
    control: RunControl = RunControl()
  ) throws {
    if rows < 1 { throw ModelError.invalidArgument("rows is \(rows); at least 1 is needed") }
    let width = configuration.latentDimension
    let latents = try FloatBuffer(rows: rows, columns: width)
    forEachRow(.random, rows, width: width) { row in
      RandomPurpose.priorSample.stream(seed: seed, example: row)
        .normals(into: latents.base + row * width, count: width)
    }
    let source = ArraySource(latents, rows: rows, columns: width)
    switch output {
    case .mean:
      try decode(source, conditions: conditions, mean: examples, variance: nil, control: control)
    case .sample:
      try decodeSample(source, conditions: conditions, seed: seed, examples: examples, control: control)
    }
  }

  /// The 2-D manifold (AEVB, figure 4): a grid of the unit square through the inverse Gaussian CDF, decoded to means,
  /// [side * side, D]. The row index is the second latent, from high to low; lines lie at (i + 1/2) / side.
  public func manifold(
    side: Int, conditions: (any ExampleSource)? = nil, mean: UnsafeMutablePointer<Float>,
    control: RunControl = RunControl()
  ) throws {
    if configuration.latentDimension != 2 {
      throw ModelError.invalidArgument(
        "a manifold picture needs a model with latent_dim 2; this one has \(configuration.latentDimension)")
    }
    let (count, overflow) = side.multipliedReportingOverflow(by: side)
    if side < 1 || overflow { throw ModelError.invalidArgument("side is \(side); at least 1 is needed") }
    let latents = try FloatBuffer(rows: count, columns: 2)
    let line = (0..<side).map { Float(inverseNormalCDF((Double($0) + 0.5) / Double(side))) }
    for index in 0..<count {
      latents.base[2 * index] = line[index % side]
      latents.base[2 * index + 1] = line[side - 1 - index / side]
    }
    try decode(
      ArraySource(latents, rows: count, columns: 2), conditions: conditions, mean: mean, variance: nil,
      control: control)
  }
}
