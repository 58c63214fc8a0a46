public import CVaelib
import VaelibModels
import VaelibNumerics

/// What a vaelib_trainer stands for; keeps its model alive.
final class TrainerHandle: HandleObject, @unchecked Sendable {
  static let kind = HandleKind.trainer

  /// Used inside the exclusive gate only.
  let trainer: Trainer
  /// Of all calls together: one by itself is too short to tell anything.
  private let profiler = Profiler("vaelib_trainer, all calls")
  private let model: ModelHandle
  private let gate: AccessGate
  /// The stack whose head learns the batches' labels or targets; nil where none are learned.
  private let supervised: StackedAutoencoder?

  init(_ trainer: Trainer, of model: ModelHandle, _ access: ModelHandle.Access, _ phase: Phase.Kind) {
    self.trainer = trainer
    self.model = model
    gate = access.gate
    supervised = phase.usesLabels ? access.model as? StackedAutoencoder : nil
  }

  /// Runs a call that changes the model.
  func exclusive(_ body: () throws -> Void) throws {
    guard model.access.gate === gate else {
      throw BoundaryError.argument(
        "the trainer belongs to the model as it was before vaelib_model_recover; create a new one")
    }
    try gate.exclusive { try profiledCall(profiler, body) }
  }

  deinit { Profiling.show(profiler.profile) }

  static func from(_ handle: OpaquePointer?) throws -> TrainerHandle {
    try HandleTable.shared.object(handle, as: TrainerHandle.self)
  }

  /// Computes gradients, tells what was found, and returns their norm.
  func computeGradients(
    _ batch: OpaquePointer?, _ place: vaelib_batch_place, _ outMetrics: UnsafeMutablePointer<vaelib_metrics>?
  ) throws -> Double {
    let dataset = try DatasetHandle.from(batch)
    let batch =
      try supervised?.numberLabels(try dataset.labeledExamples()) ?? dataset.examples
    if let outMetrics { try SizedStruct.check(outMetrics, "out_metrics") }
    var found = try trainer.computeGradients(
      on: batch, firstRow: place.first_row == -1 ? nil : place.first_row,
      globalRows: place.global_rows == 0 ? nil : place.global_rows)
    found[.gradientNorm] = trainer.gradientNorm()
    if let outMetrics { try SizedStruct.write(vaelib_metrics(found), to: outMetrics, "out_metrics") }
    return found[.gradientNorm]
  }
}

extension vaelib_batch_place {
  /// The caller's; the defaults where it is NULL.
  fileprivate init(_ place: UnsafePointer<vaelib_batch_place>?) throws {
    self = .defaults
    guard let place else { return }
    self = try SizedStruct.read(place, "place")
    for (name, value) in [("global_rows", global_rows), ("first_row", first_row)]
    where value < 0 && (name, value) != ("first_row", -1) {
      throw BoundaryError.argument("place->\(name) is \(UInt(bitPattern: value)); allowed: 0 to \(Int.max)")
    }
  }

  /// All of the batch; its first row is where it lies by itself, SIZE_MAX in C.
  fileprivate static let defaults = vaelib_batch_place(
    struct_size: MemoryLayout<vaelib_batch_place>.size, global_rows: 0, first_row: -1)
}

@_cdecl("vaelib_batch_place_init") @implementation
public func vaelib_batch_place_init(
  _ outPlace: UnsafeMutablePointer<vaelib_batch_place>?
) -> vaelib_status {
  entryPoint { try SizedStruct.write(vaelib_batch_place.defaults, to: outPlace, "out_place") }
}

@_cdecl("vaelib_trainer_create") @implementation
public func vaelib_trainer_create(
  _ model: OpaquePointer?, _ phase: vaelib_phase, _ layer: Int,
  _ config: UnsafePointer<vaelib_training_config>?, _ examplesPerEpoch: Int,
  _ outTrainer: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  entryPoint {
    let out = try Arguments.nonNull(outTrainer, "out_trainer")
    let handle = try ModelHandle.from(model)
    let phase = Phase(try Phase.Kind(phase), layer: layer)
    let config = try SizedStruct.read(config, "config")
    try refuseCheckpoint(config)
    let configuration = try TrainingConfiguration(config)
    let access = handle.access
    let trainer = try access.gate.shared {
      try access.model.makeTrainer(phase, configuration, examplesPerEpoch: examplesPerEpoch)
    }
    out.pointee = try HandleTable.shared.insert(TrainerHandle(trainer, of: handle, access, phase.kind))
  }
}

@_cdecl("vaelib_trainer_step") @implementation
public func vaelib_trainer_step(
  _ trainer: OpaquePointer?, _ batch: OpaquePointer?, _ outMetrics: UnsafeMutablePointer<vaelib_metrics>?
) -> vaelib_status {
  entryPoint {
    let handle = try TrainerHandle.from(trainer)
    try handle.exclusive {
      let norm = try handle.computeGradients(batch, .defaults, outMetrics)
      try handle.trainer.applyGradients(norm: norm)
    }
  }
}

@_cdecl("vaelib_trainer_compute_gradients") @implementation
public func vaelib_trainer_compute_gradients(
  _ trainer: OpaquePointer?, _ batch: OpaquePointer?, _ place: UnsafePointer<vaelib_batch_place>?,
  _ outMetrics: UnsafeMutablePointer<vaelib_metrics>?
) -> vaelib_status {
  entryPoint {
    let handle = try TrainerHandle.from(trainer)
    let place = try vaelib_batch_place(place)
    try handle.exclusive { _ = try handle.computeGradients(batch, place, outMetrics) }
  }
}

@_cdecl("vaelib_trainer_apply_gradients") @implementation
public func vaelib_trainer_apply_gradients(_ trainer: OpaquePointer?, _ globalRows: Int) -> vaelib_status {
  entryPoint {
    let handle = try TrainerHandle.from(trainer)
    if globalRows < 0 {
      throw BoundaryError.argument(
        "global_rows is \(UInt(bitPattern: globalRows)); allowed: 0 to \(Int.max)")
    }
    try handle.exclusive {
      let norm = handle.trainer.gradientNorm()
      if globalRows == 0 {
        try handle.trainer.applyGradients(norm: norm)
      } else {
        try handle.trainer.applyGradients(rows: globalRows, norm: norm)
      }
    }
  }
}

@_cdecl("vaelib_trainer_get_parameters") @implementation
public func vaelib_trainer_get_parameters(
  _ trainer: OpaquePointer?, _ outValues: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>?,
  _ outCount: UnsafeMutablePointer<Int>?
) -> vaelib_status {
  entryPoint {
    let parameters = try TrainerHandle.from(trainer).trainer.parameters
    let values = try Arguments.nonNull(outValues, "out_values")
    try Arguments.nonNull(outCount, "out_count").pointee = parameters.count
    values.pointee = parameters.base
  }
}

@_cdecl("vaelib_trainer_get_gradients") @implementation
public func vaelib_trainer_get_gradients(
  _ trainer: OpaquePointer?, _ outValues: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>?,
  _ outCount: UnsafeMutablePointer<Int>?
) -> vaelib_status {
  entryPoint {
    let gradients = try TrainerHandle.from(trainer).trainer.gradients
    let values = try Arguments.nonNull(outValues, "out_values")
    try Arguments.nonNull(outCount, "out_count").pointee = gradients.count
    values.pointee = gradients.base
  }
}

@_cdecl("vaelib_trainer_free") @implementation
public func vaelib_trainer_free(_ trainer: OpaquePointer?) {
  HandleTable.shared.remove(trainer, as: TrainerHandle.self)
}
