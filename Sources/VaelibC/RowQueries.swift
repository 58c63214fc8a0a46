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
    try source.requireApart(
      [("out_mean", outMean), ("out_log_variance", outLogVariance)], "rows",
      columns: model.configuration.latentDimension)
    try encode(model, source, outMean, outLogVariance, outCount, control)
  }
}

@_cdecl("vaelib_vae_decode_rows") @implementation
public func vaelib_vae_decode_rows(
  _ model: OpaquePointer?, _ latents: UnsafePointer<Float>?, _ rowCount: Int,
  _ outMean: UnsafeMutablePointer<Float>?, _ outVariance: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  vaeQuery(model) { model, control in
    let source = try ArraySource(latents, "latents", rowCount, columns: model.configuration.latentDimension)
    try source.requireApart(
      [("out_mean", outMean), ("out_variance", outVariance)], "latents",
      columns: model.configuration.dataDimension)
    try decode(model, source, outMean, outVariance, outCount, control)
  }
}

@_cdecl("vaelib_stack_encode_rows") @implementation
public func vaelib_stack_encode_rows(
  _ model: OpaquePointer?, _ rows: UnsafePointer<Float>?, _ rowCount: Int, _ layer: Int,
  _ outCode: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  stackQuery(model) { stack, control in
    let source = try ArraySource(rows, "rows", rowCount, columns: stack.configuration.dataDimension)
    try source.requireApart([("out_code", outCode)], "rows", columns: try stack.width(ofLayer: layer))
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
    try source.requireApart([("out_probabilities", outProbabilities)], "rows", columns: stack.classes)
    try predictProbabilities(stack, source, outProbabilities, outCount, control)
  }
}

extension ArraySource {
  /// Dense rows in the caller's memory, for the time of one call.
  fileprivate convenience init(
    _ rows: UnsafePointer<Float>?, _ name: String, _ count: Int, columns: Int
  ) throws {
    let rows = try Arguments.nonNull(rows, name)
    guard (1...Int.max / (columns * MemoryLayout<Float>.stride)).contains(count) else {
      throw BoundaryError.argument(
        "row_count is \(UInt(bitPattern: count)); expected at least 1, and no more rows of \(columns) numbers than "
          + "fit in memory")
    }
    self.init(.dense(base: rows, elementType: .float32, rows: count, columns: columns), owner: nil)
  }

  /// Throws if an output of so many columns shares memory with the rows, which are still read while results are
  /// written. NULL stands for no output.
  fileprivate func requireApart(
    _ outputs: [(name: String, start: UnsafeMutablePointer<Float>?)], _ rowsName: String, columns: Int
  ) throws {
    let (bytes, isTooLarge) = rows.multipliedReportingOverflow(by: columns * MemoryLayout<Float>.stride)
    // No buffer is too large to count: out_count cannot be right then, which others say.
    guard let array = resident, !isTooLarge else { return }
    let rowsStart = UInt(bitPattern: array.base)
    for case (let name, .some(let start)) in outputs {
      let start = UInt(bitPattern: start)
      if start &- rowsStart < rows * array.rowStride || rowsStart &- start < bytes {
        throw BoundaryError.argument("\(rowsName) and \(name) share memory; each output needs its own")
      }
    }
  }
}
