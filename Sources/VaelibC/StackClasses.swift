public import CVaelib
import VaelibModels

@_cdecl("vaelib_stack_set_class_names") @implementation
public func vaelib_stack_set_class_names(
  _ model: OpaquePointer?, _ type: UnsafePointer<CChar>?,
  _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int
) -> vaelib_status {
  modelChange(model, StackedAutoencoder.self) {
    try $0.setClassNames(try classNames(type, names, count, of: $0))
  }
}

/// The caller's names; nil for none.
private func classNames(
  _ type: UnsafePointer<CChar>?, _ names: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int,
  of stack: StackedAutoencoder
) throws -> ClassNames? {
  if count == 0 { return nil }
  // Before the array is read, which is as long as the caller says.
  if count != stack.classes {
    throw BoundaryError.argument(
      "count is \(UInt(bitPattern: count)); the stack has \(stack.classes) classes")
  }
  guard let names else {
    throw BoundaryError.argument("names is NULL but count is \(UInt(bitPattern: count))")
  }
  let type = try Arguments.text(type, "type")
  guard let kind = ClassNames.Kind(rawValue: type) else {
    let allowed = ClassNames.Kind.allCases.map(\.rawValue).joined(separator: ", ")
    throw BoundaryError.argument("type is \(type); allowed: \(allowed)")
  }
  let texts = try (0..<count).map { index in
    guard let name = names[index] else { throw BoundaryError.argument("names[\(index)] is NULL") }
    guard let text = String(validatingCString: name) else {
      throw BoundaryError.argument("names[\(index)] is not UTF-8 text")
    }
    return text
  }
  return try ClassNames(texts, kind: kind)
}

@_cdecl("vaelib_stack_get_class_names") @implementation
public func vaelib_stack_get_class_names(
  _ model: OpaquePointer?, _ outType: UnsafeMutablePointer<UnsafePointer<CChar>?>?,
  _ outNames: UnsafeMutablePointer<UnsafePointer<UnsafePointer<CChar>?>?>?,
  _ outCount: UnsafeMutablePointer<Int>?
) -> vaelib_status {
  entryPoint {
    let handle = try ModelHandle.from(model)
    let stack = try ModelHandle.model(handle.access.model, as: StackedAutoencoder.self)
    let type = try Arguments.nonNull(outType, "out_type")
    let names = try Arguments.nonNull(outNames, "out_names")
    let count = try Arguments.nonNull(outCount, "out_count")
    let known = handle.classNames(of: stack)
    type.pointee = Constants.string(known.kind.rawValue)
    names.pointee = known.names.pointers
    count.pointee = known.names.count
  }
}
