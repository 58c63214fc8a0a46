public import CVaelib
import VaelibModels
import VaelibNetworks
import VaelibNumerics

@_cdecl("vaelib_model_kind") @implementation
public func vaelib_model_kind(
  _ model: OpaquePointer?, _ outKind: UnsafeMutablePointer<UnsafePointer<CChar>?>?
) -> vaelib_status {
  entryPoint {
    let kind = try ModelHandle.from(model).access.model.kind
    try Arguments.nonNull(outKind, "out_kind").pointee = Constants.string(kind.rawValue)
  }
}

@_cdecl("vaelib_model_describe") @implementation
public func vaelib_model_describe(
  _ model: OpaquePointer?, _ outInfo: UnsafeMutablePointer<vaelib_model_info>?
) -> vaelib_status {
  modelDescription(model) { try SizedStruct.write(vaelib_model_info($0, $1), to: outInfo, "out_info") }
}

extension vaelib_model_info {
  fileprivate init(_ model: any Model, _ description: ModelDescription) {
    let record = description.record
    self.init()
    kind = Constants.string(model.kind.rawValue)
    data_dim = model.dataDimension
    latent_dim = model.latentDimension
    condition_count = model.conditionCount
    layer_count = model.layerCount
    output_count = description.head?.outputs ?? 0
    head = Constants.string(description.head?.kind.rawValue ?? "")
    parameter_count = description.layout.count
    tensor_count = description.layout.tensors.count
    history_epochs = record.history.count
    history_columns = record.history.series.count
    examples_seen = UInt64(record.history.examplesSeen)
    data_scale = record.dataScale
    data_shift = record.dataShift
    has_variance = model.hasVariance ? 1 : 0
  }
}

@_cdecl("vaelib_model_copy") @implementation
public func vaelib_model_copy(
  _ model: OpaquePointer?, _ outModel: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  modelQuery(model) { model in
    let out = try Arguments.nonNull(outModel, "out_model")
    out.pointee = try HandleTable.shared.insert(ModelHandle(try model.copy()))
  }
}

@_cdecl("vaelib_model_describe_tensor") @implementation
public func vaelib_model_describe_tensor(
  _ model: OpaquePointer?, _ index: Int, _ outTensor: UnsafeMutablePointer<vaelib_tensor>?
) -> vaelib_status {
  modelDescription(model) { _, description in
    try SizedStruct.write(try vaelib_tensor(description.layout, index), to: outTensor, "out_tensor")
  }
}

extension vaelib_tensor {
  /// Tensor `index` of a layout; throws if there is none.
  fileprivate init(_ layout: ParameterLayout, _ index: Int) throws {
    guard layout.tensors.indices.contains(index) else {
      throw BoundaryError.argument(
        "index is \(UInt(bitPattern: index)); there are tensors 0 to \(layout.tensors.count - 1)")
    }
    self.init()
    name = Constants.string(layout.tensors[index].name)
    rows = layout.tensors[index].rows
    columns = layout.tensors[index].columns
    offset = layout.tensors[index].offset
  }
}

@_cdecl("vaelib_model_get_parameters") @implementation
public func vaelib_model_get_parameters(
  _ model: OpaquePointer?, _ outValues: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  modelQuery(model) { model in
    let out = try Arguments.nonNull(outValues, "out_values")
    try Arguments.count(outCount, rows: 1, columns: model.layout.count)
    out.update(from: model.parameters.base, count: outCount)
  }
}

@_cdecl("vaelib_model_set_parameters") @implementation
public func vaelib_model_set_parameters(
  _ model: OpaquePointer?, _ values: UnsafePointer<Float>?, _ count: Int
) -> vaelib_status {
  entryPoint {
    let access = try ModelHandle.from(model).access
    try access.gate.exclusive {
      try setParameters(access.model.parameters, from: values, count: count)
    }
  }
}

/// Replaces all parameters with the caller's, which must be as many and finite.
private func setParameters(
  _ parameters: FloatBuffer, from values: UnsafePointer<Float>?, count: Int
) throws {
  let values = try Arguments.nonNull(values, "values")
  try Arguments.count(count, rows: 1, columns: parameters.count, "count")
  if let index = (0..<count).first(where: { !values[$0].isFinite }) {
    throw ModelError.data("values[\(index)] is \(values[index]); every parameter must be finite")
  }
  parameters.base.update(from: values, count: count)
}

@_cdecl("vaelib_model_standardize") @implementation
public func vaelib_model_standardize(_ model: OpaquePointer?, _ examples: OpaquePointer?) -> vaelib_status {
  let caller = ProgressCallback(model, nil, nil)
  return entryPoint {
    let access = try ModelHandle.from(model).access
    let isCancelled = caller.control(access.gate).isCancelled
    try access.gate.exclusive {
      let examples = try DatasetHandle.from(examples)
      try access.model.standardize(by: examples.source, weights: examples.weights, isCancelled: isCancelled)
    }
  }
}

@_cdecl("vaelib_model_cancel") @implementation
public func vaelib_model_cancel(_ model: OpaquePointer?) -> vaelib_status {
  // No message: a signal handler may be here, where only atomics are safe.
  HandleTable.shared.cancel(model, kind: .model) ? VAELIB_OK : VAELIB_INVALID_HANDLE
}

@_cdecl("vaelib_model_recover") @implementation
public func vaelib_model_recover(_ model: OpaquePointer?) -> vaelib_status {
  entryPoint { try ModelHandle.from(model).recover() }
}

@_cdecl("vaelib_model_free") @implementation
public func vaelib_model_free(_ model: OpaquePointer?) {
  HandleTable.shared.remove(model, as: ModelHandle.self)
}
