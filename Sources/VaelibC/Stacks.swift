public import CVaelib
import VaelibModels
import VaelibStorage

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
  entryPoint {
    try SizedStruct.write(StackConfiguration().cStruct(layers: nil), to: outConfig, "out_config")
  }
}

@_cdecl("vaelib_stack_create") @implementation
public func vaelib_stack_create(
  _ config: UnsafePointer<vaelib_stack_config>?, _ outStack: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  computation {
    let out = try Arguments.nonNull(outStack, "out_stack")
    let configuration = try StackConfiguration(try SizedStruct.read(config, "config"))
    out.pointee = try HandleTable.shared.insert(StackHandle(try StackedAutoencoder(configuration)))
  }
}

@_cdecl("vaelib_stack_copy") @implementation
public func vaelib_stack_copy(
  _ stack: OpaquePointer?, _ outStack: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  stackQuery(stack) { stack, _ in
    let out = try Arguments.nonNull(outStack, "out_stack")
    out.pointee = try HandleTable.shared.insert(StackHandle(try stack.copy()))
  }
}

@_cdecl("vaelib_stack_save") @implementation
public func vaelib_stack_save(_ stack: OpaquePointer?, _ path: UnsafePointer<CChar>?) -> vaelib_status {
  stackQuery(stack) { stack, _ in
    try stack.save(to: try Arguments.text(path, "path"), libraryVersion: VAELIB_VERSION)
  }
}

@_cdecl("vaelib_stack_load") @implementation
public func vaelib_stack_load(
  _ path: UnsafePointer<CChar>?, _ outStack: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  computation {
    let out = try Arguments.nonNull(outStack, "out_stack")
    let stack = try StackedAutoencoder.load(from: try Arguments.text(path, "path"))
    out.pointee = try HandleTable.shared.insert(StackHandle(stack))
  }
}

@_cdecl("vaelib_stack_describe") @implementation
public func vaelib_stack_describe(
  _ stack: OpaquePointer?, _ outInfo: UnsafeMutablePointer<vaelib_stack_info>?
) -> vaelib_status {
  stackQuery(stack) { stack, _ in
    var info = vaelib_stack_info()
    info.data_dim = stack.configuration.dataDimension
    info.layer_count = stack.configuration.layers.count
    info.class_count = stack.classes
    info.parameter_count = stack.layout.count
    info.tensor_count = stack.layout.tensors.count
    info.data_scale = stack.record.dataScale
    info.data_shift = stack.record.dataShift
    try SizedStruct.write(info, to: outInfo, "out_info")
  }
}

@_cdecl("vaelib_stack_get_config") @implementation
public func vaelib_stack_get_config(
  _ stack: OpaquePointer?, _ outConfig: UnsafeMutablePointer<vaelib_stack_config>?
) -> vaelib_status {
  entryPoint {
    let handle = try StackHandle.from(stack)
    let config = handle.stack.configuration.cStruct(layers: handle.layerStructs)
    try SizedStruct.write(config, to: outConfig, "out_config")
  }
}

@_cdecl("vaelib_stack_tensor") @implementation
public func vaelib_stack_tensor(
  _ stack: OpaquePointer?, _ index: Int, _ outTensor: UnsafeMutablePointer<vaelib_tensor>?
) -> vaelib_status {
  stackQuery(stack) { stack, _ in
    try SizedStruct.write(try vaelib_tensor(stack.layout, index), to: outTensor, "out_tensor")
  }
}

@_cdecl("vaelib_stack_get_parameters") @implementation
public func vaelib_stack_get_parameters(
  _ stack: OpaquePointer?, _ outValues: UnsafeMutablePointer<Float>?, _ outCount: Int
) -> vaelib_status {
  stackQuery(stack) { stack, _ in
    let out = try Arguments.nonNull(outValues, "out_values")
    try Arguments.count(outCount, rows: 1, columns: stack.layout.count)
    out.update(from: stack.parameters.base, count: outCount)
  }
}

@_cdecl("vaelib_stack_set_parameters") @implementation
public func vaelib_stack_set_parameters(
  _ stack: OpaquePointer?, _ values: UnsafePointer<Float>?, _ count: Int
) -> vaelib_status {
  entryPoint {
    let handle = try StackHandle.from(stack)
    try handle.gate.exclusive {
      try setParameters(handle.stack.parameters, from: values, count: count)
    }
  }
}

@_cdecl("vaelib_stack_free") @implementation
public func vaelib_stack_free(_ stack: OpaquePointer?) {
  HandleTable.shared.remove(stack, as: StackHandle.self)
}
