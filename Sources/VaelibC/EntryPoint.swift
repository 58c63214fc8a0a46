import CVaelib
import VaelibNumerics

/// Runs the body of an exported function: whatever is thrown becomes a status and a message, which names the function.
///
/// - Parameter name: the exported name; `#function` gives it with argument labels, which are cut off.
func entryPoint(_ name: String = #function, _ body: () throws -> Void) -> vaelib_status {
  Preparation.run()
  ThreadMessages.setWarning(nil)
  do {
    try body()
    return VAELIB_OK
  } catch {
    ThreadMessages.setError("\(name.prefix { $0 != "(" }): \(error)")
    return vaelib_status(error)
  }
}

/// An entry point that computes: denormals flushed, OpenBLAS on one thread a call.
func computation(_ name: String = #function, _ body: () throws -> Void) -> vaelib_status {
  entryPoint(name) { try withNumericEnvironment(body) }
}

/// Hands warnings to `vaelib_last_warning`, one per line.
func warn(_ texts: [String]) {
  if !texts.isEmpty { ThreadMessages.setWarning(texts.joined(separator: "\n")) }
}
