import CVaelib
import VaelibModels
import VaelibNumerics
import VaelibStorage

/// What a vaelib_model stands for.
final class ModelHandle: HandleObject {
  static let kind = HandleKind.model

  /// The model, and the gate that its users pass. Another pair after `recover`.
  struct Access: Sendable {
    let model: any CheckpointedModel
    let gate = AccessGate()
  }

  private let watched: Watched<Access>
  /// The layers of a stack as the header describes them.
  let layers: KeptStructs<vaelib_layer_config>
  /// The column groups of a variational auto-encoder, likewise.
  let columnGroups: KeptStructs<vaelib_column_group>
  /// Names of a model that the header gives out.
  enum NameKind: Hashable {
    case classes, columns, columnTypes
    case categories(column: Int)
  }

  nonisolated(unsafe) private var names: [NameKind: CStrings] = [:]
  /// Held while `names` is used.
  private let namesLock = ForkSafeLock()

  init(_ model: any CheckpointedModel) {
    watched = Watched(Access(model: model))
    let stack = model as? StackedAutoencoder
    layers = KeptStructs((stack?.configuration.layers ?? []).map(\.cStruct))
    let vae = model as? VariationalAutoencoder
    columnGroups = KeptStructs((vae?.configuration.groups ?? []).map(\.cStruct))
  }

  var access: Access { watched.look() }

  /// The model as one of a kind that the function needs.
  static func model<Kind: Model>(_ model: any Model, as type: Kind.Type) throws -> Kind {
    guard let model = model as? Kind else {
      throw BoundaryError.handle(
        "a model of kind \"\(Kind.kind.rawValue)\" is needed, but this one is of kind \"\(model.kind.rawValue)\""
      )
    }
    return model
  }

  /// Names of a kind, which `find` finds in the model's description, as C strings that stay valid until they are
  /// others; and the description.
  func kept(
    _ kind: NameKind, _ find: (ModelDescription) -> [String]?
  ) -> (names: CStrings, description: ModelDescription) {
    namesLock.withLock {
      let description = access.model.describe()
      let texts = find(description) ?? []
      if let known = names[kind], known.texts == texts { return (known, description) }
      let made = CStrings(texts)
      names[kind] = made
      return (made, description)
    }
  }

  /// Gives up the calls that wait for a callback which will not return. They keep the model they had, which they may be
  /// in the middle of changing; the handle gets a copy of it. A callback that returns after all ends its call.
  func recover() throws {
    let access = access
    if access.gate.isFree { return }
    guard access.gate.isAtRest else {
      throw BoundaryError.busy(
        "the model is in use by a call that is not waiting for its callback; it ends by itself, and stops early after "
          + "vaelib_model_cancel")
    }
    let copy = Access(model: try access.model.copy())
    watched.change { $0 = copy }
    access.gate.abandon()
  }

  static func from(_ handle: OpaquePointer?) throws -> ModelHandle {
    try HandleTable.shared.object(handle, as: ModelHandle.self)
  }
}

/// Runs a query of what is known of a model beside its weights. It is never refused, also while the model is trained.
func modelDescription(
  _ handle: OpaquePointer?, _ name: String = #function,
  _ body: (any CheckpointedModel, ModelDescription) throws -> Void
) -> vaelib_status {
  entryPoint(name) {
    let model = try ModelHandle.from(handle).access.model
    try body(model, model.describe())
  }
}

/// Runs a query of a model of any kind: resolves it, shares it with other queries.
func modelQuery(
  _ handle: OpaquePointer?, _ name: String = #function, _ body: (any CheckpointedModel) throws -> Void
) -> vaelib_status {
  entryPoint(name) {
    let access = try ModelHandle.from(handle).access
    try access.gate.shared { try body(access.model) }
  }
}

/// Runs a change of a model of some kind, which no other call may use meanwhile.
func modelChange<Kind: Model>(
  _ handle: OpaquePointer?, _ kind: Kind.Type, _ name: String = #function, _ body: (Kind) throws -> Void
) -> vaelib_status {
  entryPoint(name) {
    let access = try ModelHandle.from(handle).access
    let model = try ModelHandle.model(access.model, as: kind)
    try access.gate.exclusive { try body(model) }
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
  let caller = ProgressCallback(handle, callback, userData)
  return entryPoint(name) {
    let access = try ModelHandle.from(handle).access
    let model = try ModelHandle.model(access.model, as: kind)
    try access.gate.shared {
      try profiledCall(name) { try body(model, caller.control(access.gate)) }
    }
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
