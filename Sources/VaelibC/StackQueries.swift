public import CVaelib
import VaelibModels

@_cdecl("vaelib_stack_corrupt") @implementation
public func vaelib_stack_corrupt(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ layer: Int, _ seed: UInt64, _ epoch: Int,
  _ outCorrupted: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  stackQuery(model) { stack, control in
    let source = try DatasetHandle.from(examples).source
    let out = try Arguments.output(
      outCorrupted, "out_corrupted", outCount, rowsOf: source, columns: try stack.inputWidth(ofLayer: layer))
    try stack.corrupt(source, layer: layer, seed: seed, epoch: epoch, corrupted: out, control: control)
  }
}

@_cdecl("vaelib_stack_encode") @implementation
public func vaelib_stack_encode(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ layer: Int,
  _ outCode: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  stackQuery(model) { stack, control in
    try encode(
      stack, try DatasetHandle.from(examples).source, layer: layer, outCode, outCount, control)
  }
}

/// Encodes examples, wherever they are, once the output is checked.
func encode(
  _ stack: StackedAutoencoder, _ source: any ExampleSource, layer: Int,
  _ outCode: UnsafeMutablePointer<Float>?, _ outCount: Int, _ control: RunControl
) throws {
  let out = try Arguments.output(
    outCode, "out_code", outCount, rowsOf: source, columns: try stack.width(ofLayer: layer))
  try stack.encode(source, layer: layer, code: out, control: control)
}

@_cdecl("vaelib_stack_decode") @implementation
public func vaelib_stack_decode(
  _ model: OpaquePointer?, _ codes: OpaquePointer?, _ layer: Int,
  _ outExamples: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  stackQuery(model) { stack, control in
    let source = try DatasetHandle.from(codes).source
    let out = try Arguments.output(
      outExamples, "out_examples", outCount, rowsOf: source, columns: stack.configuration.dataDimension)
    try stack.decode(source, layer: layer, examples: out, control: control)
  }
}

@_cdecl("vaelib_stack_reconstruct") @implementation
public func vaelib_stack_reconstruct(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ layer: Int,
  _ outExamples: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  stackQuery(model) { stack, control in
    let source = try DatasetHandle.from(examples).source
    let out = try Arguments.output(
      outExamples, "out_examples", outCount, rowsOf: source, columns: stack.configuration.dataDimension)
    try stack.reconstruct(source, layer: layer, reconstruction: out, control: control)
  }
}

@_cdecl("vaelib_stack_compute_reconstruction_error") @implementation
public func vaelib_stack_compute_reconstruction_error(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ layer: Int,
  _ outError: UnsafeMutablePointer<Double>?, _ outCount: Int
) -> vaelib_status {
  stackQuery(model) { stack, control in
    let source = try DatasetHandle.from(examples).source
    let out = try Arguments.output(outError, "out_error", outCount, rowsOf: source, columns: 1)
    try stack.reconstructionErrors(source, layer: layer, control: control) { out[$0] = $1 }
  }
}

@_cdecl("vaelib_stack_predict_probabilities") @implementation
public func vaelib_stack_predict_probabilities(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ outProbabilities: UnsafeMutablePointer<Float>?,
  _ outCount: Int
) -> vaelib_status {
  stackQuery(model) { stack, control in
    try Prediction.probabilities.predict(
      stack, try DatasetHandle.from(examples).source, outProbabilities, outCount, control)
  }
}

@_cdecl("vaelib_stack_predict_targets") @implementation
public func vaelib_stack_predict_targets(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ outTargets: UnsafeMutablePointer<Float>?,
  _ outCount: Int
) -> vaelib_status {
  stackQuery(model) { stack, control in
    try Prediction.targets.predict(
      stack, try DatasetHandle.from(examples).source, outTargets, outCount, control)
  }
}

@_cdecl("vaelib_stack_predict") @implementation
public func vaelib_stack_predict(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ outClasses: UnsafeMutablePointer<Int64>?,
  _ outCount: Int
) -> vaelib_status {
  stackQuery(model) { stack, control in
    let source = try DatasetHandle.from(examples).source
    try stack.requireHead([.softmax], toPredict: "classes")
    let out = try Arguments.output(outClasses, "out_classes", outCount, rowsOf: source, columns: 1)
    try stack.predictClasses(source, control: control) { out[$0] = Int64($1) }
  }
}

@_cdecl("vaelib_stack_get_filters") @implementation
public func vaelib_stack_get_filters(
  _ model: OpaquePointer?, _ layer: Int, _ outFilters: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  stackQuery(model) { stack, _ in
    let out = try Arguments.nonNull(outFilters, "out_filters")
    try Arguments.count(
      outCount, rows: try stack.width(ofLayer: layer), columns: stack.configuration.dataDimension)
    try stack.filters(layer: layer, into: out)
  }
}

@_cdecl("vaelib_stack_sample") @implementation
public func vaelib_stack_sample(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ seed: UInt64,
  _ outExamples: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  stackQuery(model) { stack, control in
    let source = try DatasetHandle.from(examples).source
    let out = try Arguments.output(
      outExamples, "out_examples", outCount, rowsOf: source, columns: stack.configuration.dataDimension)
    try stack.sample(source, seed: seed, samples: out, control: control)
  }
}
