import CVaelib
import VaelibModels

/// What a vaelib_model stands for.
final class ModelHandle: HandleObject {
  static let kind = HandleKind.model

  let model: VariationalAutoencoder
  let gate = AccessGate()

  init(_ model: VariationalAutoencoder) {
    self.model = model
  }

  static func from(_ handle: OpaquePointer?) throws -> ModelHandle {
    try HandleTable.shared.object(handle, as: ModelHandle.self)
  }
}

/// Runs a query: resolves the model, shares it with other queries, listens to vaelib_cancel.
func query(
  _ handle: OpaquePointer?, _ name: String = #function, callback: vaelib_progress_fn? = nil,
  userData: UnsafeMutableRawPointer? = nil, _ body: (VariationalAutoencoder, RunControl) throws -> Void
) -> vaelib_status {
  let control = runControl(handle, callback, userData)
  return computation(name) {
    let model = try ModelHandle.from(handle)
    try model.gate.shared { try body(model.model, control) }
  }
}
