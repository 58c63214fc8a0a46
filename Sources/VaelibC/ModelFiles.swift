public import CVaelib
import Glibc
import VaelibModels
import VaelibNumerics
import VaelibStorage

@_cdecl("vaelib_model_save") @implementation
public func vaelib_model_save(_ model: OpaquePointer?, _ path: UnsafePointer<CChar>?) -> vaelib_status {
  modelQuery(model) { model in
    try ModelFile.save(model, to: try Arguments.path(path, "path"), libraryVersion: VAELIB_VERSION)
  }
}

@_cdecl("vaelib_model_load") @implementation
public func vaelib_model_load(
  _ path: UnsafePointer<CChar>?, _ checkInChild: Int32, _ outModel: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  entryPoint {
    let out = try Arguments.nonNull(outModel, "out_model")
    let model = try ModelFile.load(
      from: try Arguments.path(path, "path"), checkInChild: checkInChild != 0)
    out.pointee = try HandleTable.shared.insert(ModelHandle(model))
  }
}

@_cdecl("vaelib_model_save_to_memory") @implementation
public func vaelib_model_save_to_memory(
  _ model: OpaquePointer?, _ outBytes: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
  _ outCount: UnsafeMutablePointer<Int>?
) -> vaelib_status {
  modelQuery(model) { model in
    let out = try Arguments.nonNull(outBytes, "out_bytes")
    let count = try Arguments.nonNull(outCount, "out_count")
    let bytes = try ModelFile.bytes(of: model, libraryVersion: VAELIB_VERSION)
    guard let memory = malloc(max(bytes.count, 1)) else {
      throw NumericsError.outOfMemory(bytes: bytes.count)
    }
    bytes.withUnsafeBytes {
      memory.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(memory), byteCount: $0.count)
    }
    (out.pointee, count.pointee) = (memory, bytes.count)
  }
}

@_cdecl("vaelib_model_load_from_memory") @implementation
public func vaelib_model_load_from_memory(
  _ bytes: UnsafeRawPointer?, _ count: Int, _ outModel: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  entryPoint {
    let out = try Arguments.nonNull(outModel, "out_model")
    guard let bytes else { throw BoundaryError.argument("bytes is NULL") }
    let content = UnsafeRawBufferPointer(
      start: bytes, count: try Arguments.length(count, of: UInt8.self))
    out.pointee = try HandleTable.shared.insert(ModelHandle(try ModelFile.load(from: content)))
  }
}

@_cdecl("vaelib_memory_free") @implementation
public func vaelib_memory_free(_ memory: UnsafeMutableRawPointer?) {
  free(memory)
}
