public import CVaelib
import VaelibModels
import VaelibNumerics

@_cdecl("vaelib_vae_encode_rows") @implementation
public func vaelib_vae_encode_rows(
  _ model: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ rowCount: Int,
  _ outMean: UnsafeMutablePointer<Float>?, _ outLogVariance: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  vaeQuery(model) { model, control in
    let source = try ArraySource(rows, "rows", rowCount, columns: model.configuration.dataDimension)
    try encode(model, source, outMean, outLogVariance, outCount, control)
  }
}

@_cdecl("vaelib_vae_decode_rows") @implementation
public func vaelib_vae_decode_rows(
  _ model: OpaquePointer?, _ latents: UnsafePointer<Float>?, _ rowCount: Int,
  _ conditions: UnsafePointer<Float>?, _ outMean: UnsafeMutablePointer<Float>?,
  _ outVariance: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  vaeQuery(model) { model, control in
    let source = try ArraySource(latents, "latents", rowCount, columns: model.configuration.latentDimension)
    // Without conditions any width will do: they are refused before they are read.
    let conditions = try conditions.map {
      try ArraySource($0, "conditions", rowCount, columns: max(1, model.conditionCount))
    }
    try decode(model, source, conditions, outMean, outVariance, outCount, control)
  }
}

@_cdecl("vaelib_stack_encode_rows") @implementation
public func vaelib_stack_encode_rows(
  _ model: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ rowCount: Int, _ layer: Int,
  _ outCode: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  stackQuery(model) { stack, control in
    let source = try ArraySource(rows, "rows", rowCount, columns: stack.configuration.dataDimension)
    try encode(stack, source, layer: layer, outCode, outCount, control)
  }
}

@_cdecl("vaelib_stack_predict_probabilities_rows") @implementation
public func vaelib_stack_predict_probabilities_rows(
  _ model: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ rowCount: Int,
  _ outProbabilities: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  stackQuery(model) { stack, control in
    let source = try ArraySource(rows, "rows", rowCount, columns: stack.configuration.dataDimension)
    try Prediction.probabilities.predict(stack, source, outProbabilities, outCount, control)
  }
}

@_cdecl("vaelib_stack_predict_targets_rows") @implementation
public func vaelib_stack_predict_targets_rows(
  _ model: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ rowCount: Int,
  _ outTargets: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  stackQuery(model) { stack, control in
    let source = try ArraySource(rows, "rows", rowCount, columns: stack.configuration.dataDimension)
    try Prediction.targets.predict(stack, source, outTargets, outCount, control)
  }
}

extension ArraySource {
  /// Dense rows in the caller's memory, for the time of one call.
  fileprivate convenience init(
    _ rows: UnsafePointer<Float>?, _ name: String, _ count: Int, columns: Int
  ) throws {
    let rows = try Arguments.nonNull(rows, name)
    // Half of all addresses are more than any memory has, and can be added to where it begins.
    guard (1...Int.max / 2 / (columns * MemoryLayout<Float>.stride)).contains(count) else {
      throw BoundaryError.argument(
        "row_count is \(UInt(bitPattern: count)); expected at least 1, and no more rows of \(columns) numbers than "
          + "fit in memory")
    }
    self.init(
      .dense(.dense(base: rows, elementType: .float32, rows: count, columns: columns)), owner: nil)
  }
}
