public import CVaelib
import VaelibModels

@_cdecl("vaelib_vae_config_init") @implementation
public func vaelib_vae_config_init(_ outConfig: UnsafeMutablePointer<vaelib_vae_config>?) -> vaelib_status {
  entryPoint { try SizedStruct.write(VAEConfiguration().cStruct(groups: nil), to: outConfig, "out_config") }
}

@_cdecl("vaelib_vae_config_resolve") @implementation
public func vaelib_vae_config_resolve(
  _ config: UnsafeMutablePointer<vaelib_vae_config>?, _ examples: OpaquePointer?
) -> vaelib_status {
  entryPoint {
    let out = try Arguments.nonNull(config, "config")
    var config = try SizedStruct.read(UnsafePointer(out), "config")
    if config.column_group_count > 0 {
      throw BoundaryError.argument(
        "config has column groups, which decide by themselves: call vaelib_column_groups_resolve()")
    }
    let examples = try DatasetHandle.from(examples).source
    if config.data_dim == 0 { config.data_dim = examples.columns }
    var configuration = try VAEConfiguration(config)
    try configuration.resolve(for: examples)
    out.pointee.data_dim = config.data_dim
    out.pointee.likelihood = configuration.likelihood.flatMap { Constants.string($0.rawValue) }
  }
}

@_cdecl("vaelib_column_group_init") @implementation
public func vaelib_column_group_init(
  _ outGroup: UnsafeMutablePointer<vaelib_column_group>?
) -> vaelib_status {
  entryPoint { try SizedStruct.write(ColumnGroup().cStruct, to: outGroup, "out_group") }
}

@_cdecl("vaelib_column_groups_resolve") @implementation
public func vaelib_column_groups_resolve(
  _ groups: UnsafeMutablePointer<vaelib_column_group>?, _ groupCount: Int, _ examples: OpaquePointer?
) -> vaelib_status {
  entryPoint {
    let examples = try DatasetHandle.from(examples).source
    let first = try Arguments.nonNull(groups, "groups")
    var configuration = VAEConfiguration()
    configuration.dataDimension = examples.columns
    configuration.groups = try ConfigurationArray.read(
      first, count: groupCount, most: examples.columns, field: "groups", item: "column group"
    ) { try ColumnGroup($0) }
    try configuration.resolve(for: examples)
    for (index, group) in configuration.groups.enumerated() {
      let place = (UnsafeMutableRawPointer(first) + index * first.pointee.struct_size).assumingMemoryBound(
        to: vaelib_column_group.self)
      if let likelihood = group.likelihood {
        place.pointee.likelihood = Constants.string(likelihood.rawValue)
      }
      place.pointee.classes = group.classes
    }
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
  entryPoint {
    let handle = try ModelHandle.from(model)
    let configuration = try ModelHandle.model(handle.access.model, as: VariationalAutoencoder.self)
      .configuration
    try SizedStruct.write(
      configuration.cStruct(groups: handle.columnGroups.first), to: outConfig, "out_config")
  }
}

@_cdecl("vaelib_vae_fit") @implementation
public func vaelib_vae_fit(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ validation: OpaquePointer?,
  _ config: UnsafePointer<vaelib_training_config>?, _ callback: vaelib_progress_fn?,
  _ userData: UnsafeMutableRawPointer?
) -> vaelib_status {
  train(model, VariationalAutoencoder.self, config, callback, userData) { model, call in
    // Not the handles themselves: a callback that never returns would keep them for ever.
    let examples = try DatasetHandle.from(examples).examples
    let validation = try validation.map { try DatasetHandle.from($0).examples }
    return try call.run {
      try model.fit(
        examples.source, weights: examples.weights, validation: validation?.source,
        validationWeights: validation?.weights, configuration: call.configuration, checkpoints: $0,
        control: call.control)
    }
  }
}
