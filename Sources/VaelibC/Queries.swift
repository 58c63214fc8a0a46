public import CVaelib
import VaelibModels

@_cdecl("vaelib_vae_encode") @implementation
public func vaelib_vae_encode(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ outMean: UnsafeMutablePointer<Float>?,
  _ outLogVariance: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  vaeQuery(model) { model, control in
    try encode(
      model, try DatasetHandle.from(examples).source, outMean, outLogVariance, outCount, control)
  }
}

/// Encodes examples, wherever they are, once the outputs are checked.
func encode(
  _ model: VariationalAutoencoder, _ source: any ExampleSource, _ outMean: UnsafeMutablePointer<Float>?,
  _ outLogVariance: UnsafeMutablePointer<Float>?, _ outCount: Int, _ control: RunControl
) throws {
  if outMean == nil, outLogVariance == nil {
    throw BoundaryError.argument("out_mean and out_log_variance are both NULL; at least one is needed")
  }
  try Arguments.count(outCount, rows: source.rows, columns: model.configuration.latentDimension)
  try Arguments.areApart(
    [("out_mean", outMean), ("out_log_variance", outLogVariance)], count: outCount, rowsOf: source)
  try model.encode(source, mean: outMean, logVariance: outLogVariance, control: control)
}

@_cdecl("vaelib_vae_encode_sample") @implementation
public func vaelib_vae_encode_sample(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ seed: UInt64,
  _ outLatent: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  vaeQuery(model) { model, control in
    let source = try DatasetHandle.from(examples).source
    let out = try Arguments.output(
      outLatent, "out_latent", outCount, rowsOf: source, columns: model.configuration.latentDimension)
    try model.encodeSample(source, seed: seed, latents: out, control: control)
  }
}

@_cdecl("vaelib_vae_decode") @implementation
public func vaelib_vae_decode(
  _ model: OpaquePointer?, _ latents: OpaquePointer?, _ conditions: OpaquePointer?,
  _ outMean: UnsafeMutablePointer<Float>?, _ outVariance: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  vaeQuery(model) { model, control in
    try decode(
      model, try DatasetHandle.from(latents).source, try DatasetHandle.conditions(conditions), outMean,
      outVariance, outCount, control)
  }
}

/// Decodes latents, wherever they are, once the outputs are checked.
func decode(
  _ model: VariationalAutoencoder, _ source: any ExampleSource, _ conditions: (any ExampleSource)?,
  _ outMean: UnsafeMutablePointer<Float>?, _ outVariance: UnsafeMutablePointer<Float>?, _ outCount: Int,
  _ control: RunControl
) throws {
  let out = try Arguments.output(
    outMean, "out_mean", outCount, rowsOf: source, columns: model.configuration.dataDimension)
  try Arguments.areApart(
    [("out_mean", outMean), ("out_variance", outVariance)], count: outCount, rowsOf: source)
  try model.decode(source, conditions: conditions, mean: out, variance: outVariance, control: control)
}

@_cdecl("vaelib_vae_decode_sample") @implementation
public func vaelib_vae_decode_sample(
  _ model: OpaquePointer?, _ latents: OpaquePointer?, _ conditions: OpaquePointer?, _ seed: UInt64,
  _ outExamples: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  vaeQuery(model) { model, control in
    let source = try DatasetHandle.from(latents).source
    let out = try Arguments.output(
      outExamples, "out_examples", outCount, rowsOf: source, columns: model.configuration.dataDimension)
    try model.decodeSample(
      source, conditions: try DatasetHandle.conditions(conditions), seed: seed, examples: out,
      control: control)
  }
}

@_cdecl("vaelib_vae_reconstruct") @implementation
public func vaelib_vae_reconstruct(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ latent: vaelib_choice, _ seed: UInt64,
  _ outMean: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  vaeQuery(model) { model, control in
    let source = try DatasetHandle.from(examples).source
    let out = try Arguments.output(
      outMean, "out_mean", outCount, rowsOf: source, columns: model.configuration.dataDimension)
    try model.reconstruct(
      source, latent: try MeanOrSample(latent, "latent"), seed: seed, mean: out, control: control)
  }
}

@_cdecl("vaelib_vae_sample") @implementation
public func vaelib_vae_sample(
  _ model: OpaquePointer?, _ rows: Int, _ conditions: OpaquePointer?, _ output: vaelib_choice,
  _ seed: UInt64, _ outExamples: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  vaeQuery(model) { model, control in
    let out = try Arguments.nonNull(outExamples, "out_examples")
    try Arguments.count(outCount, rows: rows, columns: model.configuration.dataDimension)
    try model.sample(
      rows: rows, conditions: try DatasetHandle.conditions(conditions),
      output: try MeanOrSample(output, "output"), seed: seed, examples: out, control: control)
  }
}

@_cdecl("vaelib_vae_interpolate") @implementation
public func vaelib_vae_interpolate(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ from: Int, _ to: Int, _ steps: Int,
  _ outMean: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  vaeQuery(model) { model, _ in
    let source = try DatasetHandle.from(examples).source
    let out = try Arguments.nonNull(outMean, "out_mean")
    try Arguments.count(outCount, rows: steps, columns: model.configuration.dataDimension)
    try model.interpolate(source, from: from, to: to, steps: steps, mean: out)
  }
}

@_cdecl("vaelib_vae_draw_manifold") @implementation
public func vaelib_vae_draw_manifold(
  _ model: OpaquePointer?, _ side: Int, _ conditions: OpaquePointer?,
  _ outMean: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  vaeQuery(model) { model, control in
    let out = try Arguments.nonNull(outMean, "out_mean")
    let (rows, overflow) = side.multipliedReportingOverflow(by: side)
    try Arguments.count(
      outCount, rows: overflow ? Int.max : rows, columns: model.configuration.dataDimension)
    try model.manifold(
      side: side, conditions: try DatasetHandle.conditions(conditions), mean: out, control: control)
  }
}

extension MeanOrSample {
  init(_ choice: vaelib_choice, _ name: String) throws {
    switch choice {
    case VAELIB_MEAN: self = .mean
    case VAELIB_SAMPLE: self = .sample
    default:
      throw BoundaryError.argument("\(name) is \(choice.rawValue); use VAELIB_MEAN or VAELIB_SAMPLE")
    }
  }
}
