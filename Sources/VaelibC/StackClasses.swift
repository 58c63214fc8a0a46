public import CVaelib
import VaelibModels

@_cdecl("vaelib_stack_set_class_names") @implementation
public func vaelib_stack_set_class_names(
  _ model: OpaquePointer?, _ type: UnsafePointer<CChar>?,
  _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int
) -> vaelib_status {
  modelChange(model, StackedAutoencoder.self) { stack in
    let classes = stack.classes
    try stack.setClassNames(
      try Names.given(type, names, count, needed: classes, of: "class", "the stack has \(classes) classes"))
  }
}

@_cdecl("vaelib_stack_get_class_names") @implementation
public func vaelib_stack_get_class_names(
  _ model: OpaquePointer?, _ outType: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
  _ outNames: UnsafeMutablePointer<UnsafePointer<UnsafePointer<CChar>?>?>?,
  _ outCount: UnsafeMutablePointer<Int>?
) -> vaelib_status {
  entryPoint {
    let handle = try ModelHandle.from(model)
    _ = try ModelHandle.model(handle.access.model, as: StackedAutoencoder.self)
    let outputs = try Names.Outputs(outType, outNames, outCount)
    let kept = handle.kept(.classes) { $0.classNames?.names }
    outputs.write(kept.names, kept.description.classNames?.kind)
  }
}
