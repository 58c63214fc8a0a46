public import CVaelib
import VaelibModels
import VaelibNumerics
import VaelibStorage

/// Appends the one result of a query, [rows, columns], to dataset `name`.
func append(
  _ writer: OpaquePointer?, _ name: UnsafePointer<CChar>?, columns: Int, of source: any ExampleSource,
  control: RunControl, _ query: (SliceSource, UnsafeMutablePointer<Float>, RunControl) throws -> Void
) throws {
  let output = DatasetWriter.Output(name: try Arguments.text(name, "name"), columns: columns)
  try WriterHandle.from(writer).use { writer in
    try writer.append([output], of: source, control: control) { piece, buffers, control in
      try query(piece, buffers[0].base, control)
    }
  }
}

@_cdecl("vaelib_vae_encode_to") @implementation
public func vaelib_vae_encode_to(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ writer: OpaquePointer?,
  _ meanName: UnsafePointer<CChar>?, _ logVarianceName: UnsafePointer<CChar>?,
  _ callback: vaelib_progress_fn?, _ userData: UnsafeMutableRawPointer?
) -> vaelib_status {
  vaeQuery(model, callback: callback, userData: userData) { model, control in
    let source = try DatasetHandle.from(examples).source
    let outputs = try twoOutputs(
      ("mean_name", meanName), ("log_variance_name", logVarianceName),
      columns: model.configuration.latentDimension)
    try WriterHandle.from(writer).use { writer in
      try writer.append(outputs, of: source, control: control) { piece, buffers, control in
        try model.encode(
          piece, mean: meanName == nil ? nil : buffers[0].base,
          logVariance: logVarianceName == nil ? nil : buffers[buffers.count - 1].base, control: control)
      }
    }
  }
}

@_cdecl("vaelib_vae_decode_to") @implementation
public func vaelib_vae_decode_to(
  _ model: OpaquePointer?, _ latents: OpaquePointer?, _ conditions: OpaquePointer?,
  _ writer: OpaquePointer?, _ meanName: UnsafePointer<CChar>?, _ varianceName: UnsafePointer<CChar>?,
  _ callback: vaelib_progress_fn?, _ userData: UnsafeMutableRawPointer?
) -> vaelib_status {
  vaeQuery(model, callback: callback, userData: userData) { model, control in
    let source = try DatasetHandle.from(latents).source
    let conditions = try model.heldConditions(
      try DatasetHandle.conditions(conditions), rows: source.rows)
    _ = try Arguments.nonNull(meanName, "mean_name")
    let outputs = try twoOutputs(
      ("mean_name", meanName), ("variance_name", varianceName), columns: model.configuration.dataDimension)
    try WriterHandle.from(writer).use { writer in
      try writer.append(outputs, of: source, control: control) { piece, buffers, control in
        let first = piece.firstRow - source.firstRow
        try model.decode(
          piece, conditions: conditions?.conditions(ofRows: first..<first + piece.rows),
          mean: buffers[0].base, variance: varianceName == nil ? nil : buffers[1].base, control: control)
      }
    }
  }
}

/// The outputs of a query that has two of one width, those left out that have no name.
private func twoOutputs(
  _ first: (argument: String, name: UnsafePointer<CChar>?),
  _ second: (argument: String, name: UnsafePointer<CChar>?), columns: Int
) throws -> [DatasetWriter.Output] {
  let names = try [first, second].filter { $0.name != nil }.map { try Arguments.text($0.name, $0.argument) }
  guard !names.isEmpty else {
    throw BoundaryError.argument(
      "\(first.argument) and \(second.argument) are both NULL; at least one is needed")
  }
  guard Set(names).count == names.count else {
    throw BoundaryError.argument(
      "\(first.argument) and \(second.argument) are both \"\(names[0])\"; they must differ")
  }
  return names.map { DatasetWriter.Output(name: $0, columns: columns) }
}

@_cdecl("vaelib_vae_reconstruct_to") @implementation
public func vaelib_vae_reconstruct_to(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ latent: vaelib_choice, _ seed: UInt64,
  _ writer: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ callback: vaelib_progress_fn?,
  _ userData: UnsafeMutableRawPointer?
) -> vaelib_status {
  vaeQuery(model, callback: callback, userData: userData) { model, control in
    let source = try DatasetHandle.from(examples).source
    let latent = try MeanOrSample(latent, "latent")
    try append(
      writer, name, columns: model.configuration.dataDimension, of: source, control: control
    ) { piece, out, control in
      try model.reconstruct(piece, latent: latent, seed: seed, mean: out, control: control)
    }
  }
}

@_cdecl("vaelib_stack_encode_to") @implementation
public func vaelib_stack_encode_to(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ layer: Int, _ writer: OpaquePointer?,
  _ name: UnsafePointer<CChar>?, _ callback: vaelib_progress_fn?, _ userData: UnsafeMutableRawPointer?
) -> vaelib_status {
  stackQuery(model, callback: callback, userData: userData) { stack, control in
    let source = try DatasetHandle.from(examples).source
    let columns = try stack.width(ofLayer: layer)
    try append(writer, name, columns: columns, of: source, control: control) { piece, out, control in
      try stack.encode(piece, layer: layer, code: out, control: control)
    }
  }
}

@_cdecl("vaelib_stack_reconstruct_to") @implementation
public func vaelib_stack_reconstruct_to(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ layer: Int, _ writer: OpaquePointer?,
  _ name: UnsafePointer<CChar>?, _ callback: vaelib_progress_fn?, _ userData: UnsafeMutableRawPointer?
) -> vaelib_status {
  stackQuery(model, callback: callback, userData: userData) { stack, control in
    let source = try DatasetHandle.from(examples).source
    let columns = stack.configuration.dataDimension
    try append(writer, name, columns: columns, of: source, control: control) { piece, out, control in
      try stack.reconstruct(piece, layer: layer, reconstruction: out, control: control)
    }
  }
}

@_cdecl("vaelib_stack_predict_probabilities_to") @implementation
public func vaelib_stack_predict_probabilities_to(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ writer: OpaquePointer?,
  _ name: UnsafePointer<CChar>?, _ callback: vaelib_progress_fn?, _ userData: UnsafeMutableRawPointer?
) -> vaelib_status {
  stackQuery(model, callback: callback, userData: userData) { stack, control in
    try append(writer, name, .probabilities, of: stack, examples, control)
  }
}

@_cdecl("vaelib_stack_predict_targets_to") @implementation
public func vaelib_stack_predict_targets_to(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ writer: OpaquePointer?,
  _ name: UnsafePointer<CChar>?, _ callback: vaelib_progress_fn?, _ userData: UnsafeMutableRawPointer?
) -> vaelib_status {
  stackQuery(model, callback: callback, userData: userData) { stack, control in
    try append(writer, name, .targets, of: stack, examples, control)
  }
}

private func append(
  _ writer: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ prediction: Prediction,
  of stack: StackedAutoencoder, _ examples: OpaquePointer?, _ control: RunControl
) throws {
  let source = try DatasetHandle.from(examples).source
  try prediction.require(of: stack)
  try append(writer, name, columns: stack.outputs, of: source, control: control) { piece, out, control in
    try stack.predictMeans(piece, into: out, control: control)
  }
}
