public import CVaelib
import VaelibModels

@_cdecl("vaelib_layer_config_init") @implementation
public func vaelib_layer_config_init(
  _ outConfig: UnsafeMutablePointer<vaelib_layer_config>?
) -> vaelib_status {
  entryPoint { try SizedStruct.write(LayerConfiguration().cStruct, to: outConfig, "out_config") }
}

@_cdecl("vaelib_stack_config_init") @implementation
public func vaelib_stack_config_init(
  _ outConfig: UnsafeMutablePointer<vaelib_stack_config>?
) -> vaelib_status {
  entryPoint { try SizedStruct.write(StackConfiguration().cStruct(layers: nil), to: outConfig, "out_config") }
}

@_cdecl("vaelib_layer_config_resolve") @implementation
public func vaelib_layer_config_resolve(
  _ config: UnsafeMutablePointer<vaelib_layer_config>?, _ examples: OpaquePointer?
) -> vaelib_status {
  entryPoint {
    let out = try Arguments.nonNull(config, "config")
    var layer = try LayerConfiguration(try SizedStruct.read(UnsafePointer(out), "config"))
    try layer.resolve(for: try DatasetHandle.from(examples).source)
    out.pointee.loss = layer.loss.flatMap { Constants.string($0.rawValue) }
  }
}

@_cdecl("vaelib_stack_create") @implementation
public func vaelib_stack_create(
  _ config: UnsafePointer<vaelib_stack_config>?, _ outModel: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  entryPoint {
    let out = try Arguments.nonNull(outModel, "out_model")
    let configuration = try StackConfiguration(try SizedStruct.read(config, "config"))
    out.pointee = try HandleTable.shared.insert(ModelHandle(try StackedAutoencoder(configuration)))
  }
}

@_cdecl("vaelib_stack_get_config") @implementation
public func vaelib_stack_get_config(
  _ model: OpaquePointer?, _ outConfig: UnsafeMutablePointer<vaelib_stack_config>?
) -> vaelib_status {
  entryPoint {
    let handle = try ModelHandle.from(model)
    let configuration = try ModelHandle.model(handle.access.model, as: StackedAutoencoder.self).configuration
    try SizedStruct.write(
      configuration.cStruct(layers: handle.layers.first), to: outConfig, "out_config")
  }
}

@_cdecl("vaelib_stack_pretrain") @implementation
public func vaelib_stack_pretrain(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ config: UnsafePointer<vaelib_training_config>?,
  _ callback: vaelib_progress_fn?, _ userData: UnsafeMutableRawPointer?
) -> vaelib_status {
  train(model, StackedAutoencoder.self, config, callback, userData) { stack, call in
    let examples = try DatasetHandle.from(examples).examples
    return try call.run {
      try stack.pretrain(
        examples.source, weights: examples.weights, configuration: call.configuration, checkpoints: $0,
        control: call.control)
    }
  }
}

@_cdecl("vaelib_stack_finetune") @implementation
public func vaelib_stack_finetune(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ validation: OpaquePointer?, _ phase: vaelib_phase,
  _ config: UnsafePointer<vaelib_training_config>?, _ callback: vaelib_progress_fn?,
  _ userData: UnsafeMutableRawPointer?
) -> vaelib_status {
  train(model, StackedAutoencoder.self, config, callback, userData) { stack, call in
    guard phase == VAELIB_SUPERVISED || phase == VAELIB_UNSUPERVISED else {
      throw BoundaryError.argument(
        "phase is \(phase.rawValue); use VAELIB_SUPERVISED or VAELIB_UNSUPERVISED")
    }
    let kind = try Phase.Kind(phase)
    // Not the handles themselves: a callback that never returns would keep them for ever.
    func read(_ handle: OpaquePointer?) throws -> LabeledExamples {
      let dataset = try DatasetHandle.from(handle)
      return kind.usesLabels
        ? try dataset.labeledExamples(isCancelled: call.control.isCancelled) : dataset.examples
    }
    let (learned, held) = (try read(examples), try validation.map { try read($0) })
    return try call.run {
      try stack.finetune(
        learned, validation: held, kind: kind, configuration: call.configuration, checkpoints: $0,
        control: call.control)
    }
  }
}
