import CVaelib
import VaelibModels
import VaelibStorage

/// What a vaelib_model stands for.
final class ModelHandle: HandleObject {
  static let kind = HandleKind.model

  let model: any CheckpointedModel
  let gate = AccessGate()
  /// The layers of a stack as the header describes them, for as long as the handle's object lives.
  nonisolated(unsafe) let layerStructs: UnsafePointer<vaelib_layer_config>
  /// The names of a stack's classes as the header gives them out; changed inside the exclusive gate only.
  nonisolated(unsafe) private(set) var classNames: CStrings

  init(_ model: any CheckpointedModel) {
    self.model = model
    let stack = model as? StackedAutoencoder
    classNames = CStrings(stack?.classNames?.names ?? [])
    let layers = (stack?.configuration.layers ?? []).map(\.cStruct)
    let memory = UnsafeMutablePointer<vaelib_layer_config>.allocate(capacity: layers.count)
    memory.initialize(from: layers, count: layers.count)
    layerStructs = UnsafePointer(memory)
  }

  deinit { layerStructs.deallocate() }

  /// The model as one of a kind that the function needs.
  func model<Kind: Model>(as type: Kind.Type) throws -> Kind {
    guard let model = model as? Kind else {
      throw BoundaryError.handle(
        "a model of kind \"\(Kind.kind.rawValue)\" is needed, but this one is of kind \"\(model.kind.rawValue)\""
      )
    }
    return model
  }

  /// Runs a change of the model, in which its classes may get other names.
  func change<Kind: Model, Result>(_ type: Kind.Type, _ body: (Kind) throws -> Result) throws -> Result {
    let model = try model(as: type)
    return try gate.exclusive {
      defer { renewClassNames() }
      return try body(model)
    }
  }

  private func renewClassNames() {
    let names = (model as? StackedAutoencoder)?.classNames?.names ?? []
    if names != classNames.texts { classNames = CStrings(names) }
  }

  static func from(_ handle: OpaquePointer?) throws -> ModelHandle {
    try HandleTable.shared.object(handle, as: ModelHandle.self)
  }
}

/// Runs a query of a model of any kind: resolves it, shares it with other queries.
func modelQuery(
  _ handle: OpaquePointer?, _ name: String = #function, _ body: (any CheckpointedModel) throws -> Void
) -> vaelib_status {
  entryPoint(name) {
    let model = try ModelHandle.from(handle)
    try model.gate.shared { try body(model.model) }
  }
}

/// Runs a query of a variational auto-encoder, which listens to vaelib_model_cancel.
func vaeQuery(
  _ handle: OpaquePointer?, _ name: String = #function, callback: vaelib_progress_fn? = nil,
  userData: UnsafeMutableRawPointer? = nil, _ body: (VariationalAutoencoder, RunControl) throws -> Void
) -> vaelib_status {
  query(handle, VariationalAutoencoder.self, name, callback, userData, body)
}

/// Runs a query of a stack, which listens to vaelib_model_cancel.
func stackQuery(
  _ handle: OpaquePointer?, _ name: String = #function, callback: vaelib_progress_fn? = nil,
  userData: UnsafeMutableRawPointer? = nil, _ body: (StackedAutoencoder, RunControl) throws -> Void
) -> vaelib_status {
  query(handle, StackedAutoencoder.self, name, callback, userData, body)
}

private func query<Kind: Model>(
  _ handle: OpaquePointer?, _ kind: Kind.Type, _ name: String, _ callback: vaelib_progress_fn?,
  _ userData: UnsafeMutableRawPointer?, _ body: (Kind, RunControl) throws -> Void
) -> vaelib_status {
  let control = runControl(handle, callback, userData)
  return entryPoint(name) {
    let handle = try ModelHandle.from(handle)
    let model = try handle.model(as: kind)
    try handle.gate.shared { try body(model, control) }
  }
}

extension Phase.Kind {
  init(_ phase: vaelib_phase) throws {
    guard let known = Phase.Kind(rawValue: Int(phase.rawValue)) else {
      throw BoundaryError.argument(
        "phase is \(phase.rawValue); use VAELIB_PRETRAINING, VAELIB_SUPERVISED, VAELIB_UNSUPERVISED or VAELIB_FIT"
      )
    }
    self = known
  }
}
