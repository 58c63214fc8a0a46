public import CVaelib
import VaelibModels

@_cdecl("vaelib_vae_config_init") @implementation
public func vaelib_vae_config_init(_ outConfig: UnsafeMutablePointer<vaelib_vae_config>?) -> vaelib_status {
  entryPoint { try SizedStruct.write(VAEConfiguration().cStruct, to: outConfig, "out_config") }
}

@_cdecl("vaelib_vae_config_resolve") @implementation
public func vaelib_vae_config_resolve(
  _ config: UnsafeMutablePointer<vaelib_vae_config>?, _ examples: OpaquePointer?
) -> vaelib_status {
  entryPoint {
    let out = try Arguments.nonNull(config, "config")
    var config = try SizedStruct.read(UnsafePointer(out), "config")
    let examples = try DatasetHandle.from(examples).source
    if config.data_dim == 0 { config.data_dim = examples.columns }
    var configuration = try VAEConfiguration(config)
    try configuration.resolve(for: examples)
    out.pointee.data_dim = config.data_dim
    out.pointee.likelihood = Constants.string(try configuration.decidedLikelihood().rawValue)
  }
}

@_cdecl("vaelib_vae_create") @implementation
public func vaelib_vae_create(
  _ config: UnsafePointer<vaelib_vae_config>?, _ outModel: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  entryPoint {
    let out = try Arguments.nonNull(outModel, "out_model")
    let configuration = try VAEConfiguration(try SizedStruct.read(config, "config"))
    out.pointee = try HandleTable.shared.insert(ModelHandle(try VariationalAutoencoder(configuration)))
  }
}

@_cdecl("vaelib_vae_get_config") @implementation
public func vaelib_vae_get_config(
  _ model: OpaquePointer?, _ outConfig: UnsafeMutablePointer<vaelib_vae_config>?
) -> vaelib_status {
  modelDescription(model) { model, _ in
    let model = try ModelHandle.model(model, as: VariationalAutoencoder.self)
    try SizedStruct.write(model.configuration.cStruct, to: outConfig, "out_config")
  }
}

@_cdecl("vaelib_vae_fit") @implementation
public func vaelib_vae_fit(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ validation: OpaquePointer?,
  _ config: UnsafePointer<vaelib_training_config>?, _ callback: vaelib_progress_fn?,
  _ userData: UnsafeMutableRawPointer?
) -> vaelib_status {
  train(model, VariationalAutoencoder.self, config, callback, userData) { model, call in
    let examples = try DatasetHandle.from(examples).source
    let validation = try validation.map { try DatasetHandle.from($0).source }
    return try call.run {
      try model.fit(
        examples, validation: validation, configuration: call.configuration, checkpoints: $0,
        control: call.control)
    }
  }
}
