public import CVaelib
import VaelibModels
import VaelibNumerics
import VaelibStorage

/// What a vaelib_writer stands for. Its file is discarded with the last reference, unless it was finished.
final class WriterHandle: HandleObject {
  static let kind = HandleKind.writer

  let writer: DatasetWriter
  private let gate = AccessGate("the writer")

  init(_ writer: DatasetWriter) {
    self.writer = writer
  }

  static func from(_ handle: OpaquePointer?) throws -> WriterHandle {
    try HandleTable.shared.object(handle, as: WriterHandle.self)
  }

  /// Runs a call that writes; one at a time.
  func use(_ body: (DatasetWriter) throws -> Void) throws {
    try gate.exclusive { try body(writer) }
  }
}

extension DatasetLayout {
  fileprivate init(_ config: vaelib_writer_config) throws {
    guard config.shape_count == 0 || config.shape != nil else {
      throw BoundaryError.argument("shape is NULL but shape_count is \(UInt(bitPattern: config.shape_count))")
    }
    // More axes than this are refused anyway.
    let count = min(max(config.shape_count, 0), 64)
    try self.init(
      elementType: try ElementType(config.dtype),
      rowShape: config.shape_count < 0
        ? [0] : Array(UnsafeBufferPointer(start: config.shape, count: count)),
      compression: config.compression, chunkRows: config.chunk_rows)
  }
}

@_cdecl("vaelib_writer_config_init") @implementation
public func vaelib_writer_config_init(
  _ outConfig: UnsafeMutablePointer<vaelib_writer_config>?
) -> vaelib_status {
  entryPoint {
    var config = vaelib_writer_config()
    config.dtype = VAELIB_FLOAT32
    config.compression = DatasetLayout.defaultCompression
    try SizedStruct.write(config, to: outConfig, "out_config")
  }
}

@_cdecl("vaelib_writer_create") @implementation
public func vaelib_writer_create(
  _ path: UnsafePointer<CChar>?, _ outWriter: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  entryPoint {
    let out = try Arguments.nonNull(outWriter, "out_writer")
    let writer = try DatasetWriter(path: try Arguments.path(path, "path"))
    out.pointee = try HandleTable.shared.insert(WriterHandle(writer))
  }
}

@_cdecl("vaelib_writer_add") @implementation
public func vaelib_writer_add(
  _ writer: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ config: UnsafePointer<vaelib_writer_config>?
) -> vaelib_status {
  entryPoint {
    let handle = try WriterHandle.from(writer)
    let name = try Arguments.text(name, "name")
    let layout = try DatasetLayout(try SizedStruct.read(config, "config"))
    try handle.use { try $0.add(name, layout) }
  }
}

@_cdecl("vaelib_writer_append") @implementation
public func vaelib_writer_append(
  _ writer: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ rows: UnsafePointer<vaelib_array>?
) -> vaelib_status {
  entryPoint(keepsDenormals: true) {
    let handle = try WriterHandle.from(writer)
    let name = try Arguments.text(name, "name")
    let array = try StridedArray(rows, "rows")
    try handle.use { try $0.append(array, to: name) }
  }
}

@_cdecl("vaelib_writer_finish") @implementation
public func vaelib_writer_finish(_ writer: OpaquePointer?) -> vaelib_status {
  entryPoint { try WriterHandle.from(writer).use { try $0.finish() } }
}

@_cdecl("vaelib_writer_free") @implementation
public func vaelib_writer_free(_ writer: OpaquePointer?) {
  HandleTable.shared.remove(writer, as: WriterHandle.self)
}
