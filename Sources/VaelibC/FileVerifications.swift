public import CVaelib
import VaelibStorage

@_cdecl("vaelib_file_verify") @implementation
public func vaelib_file_verify(
  _ path: UnsafePointer<CChar>?, _ checkInChild: Int32, _ outReport: UnsafeMutablePointer<vaelib_file_report>?
) -> vaelib_status {
  entryPoint {
    if let outReport { try SizedStruct.check(outReport, "out_report") }
    let report = try FileVerification.verify(try Arguments.path(path, "path"), inChild: checkInChild != 0)
    if let outReport { try SizedStruct.write(report.cStruct, to: outReport, "out_report") }
  }
}

extension FileReport {
  fileprivate var cStruct: vaelib_file_report {
    var c = vaelib_file_report()
    c.kind = Constants.string(kind)
    c.format_version = formatVersion
    // Zero-filled and one byte shorter than the field, so NUL ends it.
    withUnsafeMutableBytes(of: &c.vaelib_version) { field in
      field.copyBytes(from: libraryVersion.utf8.prefix(field.count - 1))
    }
    c.byte_count = UInt64(byteCount)
    c.datasets_read = datasetsRead
    c.datasets_unread = datasetsUnread
    return c
  }
}
