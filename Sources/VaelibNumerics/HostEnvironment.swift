import CKernels

/// The floating-point mode of the thread that called the library, for the callbacks that run on it: host code must not
/// find its denormals flushed.
public struct HostEnvironment: Sendable {
  private let mode: UInt64

  /// Notes the mode as it is; to be called before `withNumericEnvironment`.
  public init() {
    mode = vaelib_floating_point_mode()
  }

  /// Runs host code in the noted mode.
  public func run<R>(_ body: () -> R) -> R {
    let current = vaelib_floating_point_mode()
    vaelib_set_floating_point_mode(mode)
    defer { vaelib_set_floating_point_mode(current) }
    return body()
  }
}
