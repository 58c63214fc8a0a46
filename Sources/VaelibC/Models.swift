public import CVaelib
import VaelibModels
import VaelibStorage

@_cdecl("vaelib_vae_config_init") @implementation
public func vaelib_vae_config_init(_ outConfig: UnsafeMutablePointer<vaelib_vae_config>?) -> vaelib_status {
  entryPoint { try SizedStruct.write(VAEConfiguration().cStruct, to: outConfig, "out_config") }
}

@_cdecl("vaelib_model_create") @implementation
public func vaelib_model_create(
  _ config: UnsafePointer<vaelib_vae_config>?, _ outModel: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  computation {
    let out = try Arguments.nonNull(outModel, "out_model")
    let configuration = try VAEConfiguration(try SizedStruct.read(config, "config"))
    out.pointee = try HandleTable.shared.insert(ModelHandle(try VariationalAutoencoder(configuration)))
  }
}

@_cdecl("vaelib_model_copy") @implementation
public func vaelib_model_copy(
  _ model: OpaquePointer?, _ outModel: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  query(model) { model, _ in
    let out = try Arguments.nonNull(outModel, "out_model")
    out.pointee = try HandleTable.shared.insert(ModelHandle(try model.copy()))
  }
}

@_cdecl("vaelib_model_save") @implementation
public func vaelib_model_save(_ model: OpaquePointer?, _ path: UnsafePointer<CChar>?) -> vaelib_status {
  query(model) { model, _ in
    try model.save(to: try Arguments.text(path, "path"), libraryVersion: VAELIB_VERSION)
  }
}

@_cdecl("vaelib_model_load") @implementation
public func vaelib_model_load(
  _ path: UnsafePointer<CChar>?, _ outModel: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  computation {
    let out = try Arguments.nonNull(outModel, "out_model")
    let model = try VariationalAutoencoder.load(from: try Arguments.text(path, "path"))
    out.pointee = try HandleTable.shared.insert(ModelHandle(model))
  }
}

@_cdecl("vaelib_model_describe") @implementation
public func vaelib_model_describe(
  _ model: OpaquePointer?, _ outInfo: UnsafeMutablePointer<vaelib_model_info>?
) -> vaelib_status {
  query(model) { model, _ in
    var info = vaelib_model_info()
    info.data_dim = model.configuration.dataDimension
    info.latent_dim = model.configuration.latentDimension
    info.parameter_count = model.layout.count
    info.tensor_count = model.layout.tensors.count
    info.epochs_trained = model.record.history.lastEpoch
    info.examples_seen = UInt64(model.record.history.examplesSeen)
    info.data_scale = model.record.dataScale
    info.data_shift = model.record.dataShift
    try SizedStruct.write(info, to: outInfo, "out_info")
  }
}

@_cdecl("vaelib_model_config") @implementation
public func vaelib_model_config(
  _ model: OpaquePointer?, _ outConfig: UnsafeMutablePointer<vaelib_vae_config>?
) -> vaelib_status {
  query(model) { model, _ in
    try SizedStruct.write(model.configuration.cStruct, to: outConfig, "out_config")
  }
}

@_cdecl("vaelib_model_tensor") @implementation
public func vaelib_model_tensor(
  _ model: OpaquePointer?, _ index: Int, _ outTensor: UnsafeMutablePointer<vaelib_tensor>?
) -> vaelib_status {
  query(model) { model, _ in
    try SizedStruct.write(try vaelib_tensor(model.layout, index), to: outTensor, "out_tensor")
  }
}

@_cdecl("vaelib_model_get_parameters") @implementation
public func vaelib_model_get_parameters(
  _ model: OpaquePointer?, _ outValues: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  query(model) { model, _ in
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
    let handle = try ModelHandle.from(model)
    try handle.gate.exclusive {
      try setParameters(handle.model.parameters, from: values, count: count)
    }
  }
}

@_cdecl("vaelib_model_free") @implementation
public func vaelib_model_free(_ model: OpaquePointer?) {
  HandleTable.shared.remove(model, as: ModelHandle.self)
}
