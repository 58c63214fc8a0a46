public import CVaelib
import Glibc
import Synchronization
import VaelibNumerics

@_cdecl("vaelib_profiling_set") @implementation
public func vaelib_profiling_set(_ on: Int32) -> vaelib_status {
  entryPoint {
    guard on == 0 || on == 1 else { throw BoundaryError.argument("on is \(on); allowed: 0 and 1") }
    Profiler.isOn = on == 1
  }
}

@_cdecl("vaelib_last_profile") @implementation
public func vaelib_last_profile() -> UnsafePointer<CChar>? {
  ThreadMessages.profileText
}

/// Runs a training or a query, and measures where its time goes if that is wanted.
func profiledCall(_ name: String, _ body: () throws -> Void) throws {
  guard Profiler.isOn else { return try body() }
  let profiler = Profiler(String(name.prefix { $0 != "(" }))
  defer { Profiling.show(profiler.profile) }
  try profiledCall(profiler, body)
}

/// Runs one of several calls that are measured together, if that is wanted.
func profiledCall(_ profiler: Profiler, _ body: () throws -> Void) throws {
  guard Profiler.isOn else { return try body() }
  // A copy, since the next call may be another thread's.
  defer { ThreadMessages.profile = profiler.profile }
  try profiler.measure(body)
}

/// VAELIB_PROFILE in the environment.
enum Profiling {
  /// Whether profiles are printed.
  private static let isPrinting = Atomic<Bool>(false)

  /// To be called once, before any call is measured.
  static func begin() {
    guard let value = getenv("VAELIB_PROFILE"), value.pointee != 0, strcmp(value, "0") != 0 else { return }
    isPrinting.store(true, ordering: .relaxed)
    Profiler.isOn = true
  }

  /// Prints a profile to the standard error stream, if profiles are printed.
  static func show(_ profile: Profile) {
    guard isPrinting.load(ordering: .relaxed), !profile.isEmpty else { return }
    var text = withNumericEnvironment { profile.text }
    text.withUTF8 { bytes in _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
  }
}
