import CKernels

/// Runs `body` with rounding to nearest, without floating-point traps, and with denormal floats flushed to zero on this
/// thread, whatever the host has set, and puts the host's mode back. May be nested.
public func withNumericEnvironment<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
  let mode = vaelib_floating_point_mode()
  vaelib_set_floating_point_mode(vaelib_numeric_mode())
  defer { vaelib_set_floating_point_mode(mode) }
  return try body()
}
