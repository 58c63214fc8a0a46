import CVaelib
import VaelibNumerics

/// Runs the body of an exported function in the numeric environment: whatever is thrown becomes a status and a message,
/// which names the function, and which the thread and the handles that the call used remember.
///
/// - Parameters:
///   - name: the exported name; `#function` gives it with argument labels, which are cut off.
///   - keepsDenormals: for functions that pass data on.
func entryPoint(
  _ name: String = #function, keepsDenormals: Bool = false, _ body: () throws -> Void
) -> vaelib_status {
  Preparation.run()
  MemoryReserve.begin()
  ThreadMessages.setWarning(nil)
  let outer = ThreadMessages.handleCount
  defer { ThreadMessages.forgetHandles(after: outer) }
  do {
    try withNumericEnvironment(keepsDenormals: keepsDenormals, body)
    return VAELIB_OK
  } catch {
    let message = "\(name.prefix { $0 != "(" }): \(error)".printable
    ThreadMessages.setError(message)
    HandleTable.shared.setError(message, of: ThreadMessages.handles(after: outer))
    return vaelib_status(error)
  }
}

/// Hands warnings to `vaelib_last_warning`, one per line.
func warn(_ texts: [String]) {
  if !texts.isEmpty { ThreadMessages.setWarning(texts.joined(separator: "\n")) }
}
