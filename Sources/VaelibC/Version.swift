public import CVaelib

private let statusNames: [(vaelib_status, String)] = [
  (VAELIB_OK, "VAELIB_OK"),
  (VAELIB_INVALID_ARGUMENT, "VAELIB_INVALID_ARGUMENT"),
  (VAELIB_INVALID_HANDLE, "VAELIB_INVALID_HANDLE"),
  (VAELIB_OUT_OF_MEMORY, "VAELIB_OUT_OF_MEMORY"),
  (VAELIB_BUSY, "VAELIB_BUSY"),
  (VAELIB_CANCELLED, "VAELIB_CANCELLED"),
  (VAELIB_FILE_ERROR, "VAELIB_FILE_ERROR"),
  (VAELIB_FORMAT_ERROR, "VAELIB_FORMAT_ERROR"),
  (VAELIB_DATA_ERROR, "VAELIB_DATA_ERROR"),
  (VAELIB_NUMERICAL_ERROR, "VAELIB_NUMERICAL_ERROR"),
  (VAELIB_INTERNAL_ERROR, "VAELIB_INTERNAL_ERROR"),
]

@_cdecl("vaelib_version") @implementation
public func vaelib_version() -> UnsafePointer<CChar>? {
  Constants.string(VAELIB_VERSION)
}

@_cdecl("vaelib_abi_version") @implementation
public func vaelib_abi_version() -> Int32 {
  VAELIB_ABI_VERSION
}

@_cdecl("vaelib_status_name") @implementation
public func vaelib_status_name(_ status: vaelib_status) -> UnsafePointer<CChar>? {
  Constants.string(statusNames.first { $0.0 == status }?.1 ?? "unknown status")
}

@_cdecl("vaelib_last_error") @implementation
public func vaelib_last_error() -> UnsafePointer<CChar>? {
  ThreadMessages.error
}

@_cdecl("vaelib_handle_last_error") @implementation
public func vaelib_handle_last_error(
  _ handle: UnsafeRawPointer?, _ outText: UnsafeMutablePointer<CChar>?, _ size: Int
) -> Int {
  Preparation.run()
  guard let message = HandleTable.shared.error(of: handle.map { OpaquePointer($0) }) else {
    if size != 0 { outText?.pointee = 0 }
    return 0
  }
  // A size beyond Int is one that everything fits.
  return CStrings.copy(message, to: outText, size: size < 0 ? .max : size)
}

@_cdecl("vaelib_last_warning") @implementation
public func vaelib_last_warning() -> UnsafePointer<CChar>? {
  ThreadMessages.warning
}
