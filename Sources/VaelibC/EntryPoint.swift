import CVaelib
import VaelibNumerics

/// Runs the body of an exported function in the numeric environment: whatever is thrown becomes a status and a message,
/// which names the function.
///
/// - Parameter name: the exported name; `#function` gives it with argument labels, which are cut off.
func entryPoint(_ name: String = #function, _ body: () throws -> Void) -> vaelib_status {
  Preparation.run()
  ThreadMessages.setWarning(nil)
  do {
    try withNumericEnvironment(body)
    return VAELIB_OK
  } catch {
    ThreadMessages.setError("\(name.prefix { $0 != "(" }): \(error)")
    return vaelib_status(error)
  }
}

/// Hands warnings to `vaelib_last_warning`, one per line.
func warn(_ texts: [String]) {
  if !texts.isEmpty { ThreadMessages.setWarning(texts.joined(separator: "\n")) }
}
