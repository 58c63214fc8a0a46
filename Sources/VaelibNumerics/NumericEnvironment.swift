import CKernels

/// Runs `body` with rounding to nearest, without floating-point traps, and with denormal floats flushed to zero on this
/// thread, whatever the host has set, and puts the host's mode back. With `keepsDenormals` they are numbers like others:
/// data that is only passed on must come out as it is. May be nested.
public func withNumericEnvironment<R, E: Error>(
  keepsDenormals: Bool = false, _ body: () throws(E) -> R
) throws(E) -> R {
  let mode = vaelib_floating_point_mode()
  vaelib_set_floating_point_mode(keepsDenormals ? vaelib_exact_mode() : vaelib_numeric_mode())
  defer { vaelib_set_floating_point_mode(mode) }
  return try body()
}
