public import CVaelib
import VaelibModels

/// What a vaelib_trainer stands for; keeps its model or stack alive.
final class TrainerHandle: HandleObject, @unchecked Sendable {
  static let kind = HandleKind.trainer

  /// Used inside the exclusive gate only.
  let trainer: Trainer
  let gate: AccessGate

  init(_ trainer: Trainer, gate: AccessGate) {
    self.trainer = trainer
    self.gate = gate
  }

  static func from(_ handle: OpaquePointer?) throws -> TrainerHandle {
    try HandleTable.shared.object(handle, as: TrainerHandle.self)
  }

  /// Computes gradients, reports them, and returns their norm.
  func computeGradients(
    _ batch: OpaquePointer?, _ outResult: UnsafeMutablePointer<vaelib_step_result>?
  ) throws -> Double {
    let batch = try DatasetHandle.from(batch).labeledExamples
    if let outResult { try SizedStruct.check(outResult, "out_result") }
    var result = try trainer.computeGradients(on: batch)
    result[.gradientNorm] = trainer.gradientNorm()
    if let outResult { try SizedStruct.write(vaelib_step_result(result), to: outResult, "out_result") }
    return result[.gradientNorm]
  }
}

extension vaelib_step_result {
  init(_ result: MetricValues) {
    self.init()
    loss = result[.loss]
    elbo = result[.elbo]
    reconstruction = result[.reconstruction]
    kl = result[.kl]
    kl_weight = result[.klWeight]
    learning_rate = result[.learningRate]
    gradient_norm = result[.gradientNorm]
  }
}

@_cdecl("vaelib_trainer_create") @implementation
public func vaelib_trainer_create(
  _ model: OpaquePointer?, _ config: UnsafePointer<vaelib_training_config>?, _ examplesPerEpoch: Int,
  _ outTrainer: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  computation {
    let out = try Arguments.nonNull(outTrainer, "out_trainer")
    let handle = try ModelHandle.from(model)
    let config = try SizedStruct.read(config, "config")
    try refuseCheckpoint(config)
    let configuration = try TrainingConfiguration(config)
    let trainer = try handle.model.makeTrainer(
      Phase(.fit), configuration, examplesPerEpoch: examplesPerEpoch)
    out.pointee = try HandleTable.shared.insert(TrainerHandle(trainer, gate: handle.gate))
  }
}

@_cdecl("vaelib_trainer_step") @implementation
public func vaelib_trainer_step(
  _ trainer: OpaquePointer?, _ batch: OpaquePointer?, _ outResult: UnsafeMutablePointer<vaelib_step_result>?
) -> vaelib_status {
  computation {
    let handle = try TrainerHandle.from(trainer)
    try handle.gate.exclusive {
      try handle.trainer.applyGradients(norm: try handle.computeGradients(batch, outResult))
    }
  }
}

@_cdecl("vaelib_trainer_compute_gradients") @implementation
public func vaelib_trainer_compute_gradients(
  _ trainer: OpaquePointer?, _ batch: OpaquePointer?, _ outResult: UnsafeMutablePointer<vaelib_step_result>?
) -> vaelib_status {
  computation {
    let handle = try TrainerHandle.from(trainer)
    try handle.gate.exclusive { _ = try handle.computeGradients(batch, outResult) }
  }
}

@_cdecl("vaelib_trainer_apply_gradients") @implementation
public func vaelib_trainer_apply_gradients(_ trainer: OpaquePointer?) -> vaelib_status {
  computation {
    let handle = try TrainerHandle.from(trainer)
    try handle.gate.exclusive { try handle.trainer.applyGradients(norm: handle.trainer.gradientNorm()) }
  }
}

@_cdecl("vaelib_trainer_parameters") @implementation
public func vaelib_trainer_parameters(
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

@_cdecl("vaelib_trainer_gradients") @implementation
public func vaelib_trainer_gradients(
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
