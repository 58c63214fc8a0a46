public import CVaelib
import VaelibModels

/// What a vaelib_trainer stands for; keeps its model alive.
final class TrainerHandle: HandleObject, @unchecked Sendable {
  static let kind = HandleKind.trainer

  /// Used inside the model's exclusive gate only.
  let trainer: Trainer
  let model: ModelHandle

  init(_ trainer: Trainer, model: ModelHandle) {
    self.trainer = trainer
    self.model = model
  }

  static func from(_ handle: OpaquePointer?) throws -> TrainerHandle {
    try HandleTable.shared.object(handle, as: TrainerHandle.self)
  }

  /// Computes gradients, reports them, and returns their norm.
  func computeGradients(
    _ batch: OpaquePointer?, _ outResult: UnsafeMutablePointer<vaelib_step_result>?
  ) throws -> Double {
    let source = try DatasetHandle.from(batch).source
    if let outResult { try SizedStruct.check(outResult, "out_result") }
    var result = try trainer.computeGradients(on: source)
    result.gradientNorm = trainer.gradientNorm()
    if let outResult { try SizedStruct.write(vaelib_step_result(result), to: outResult, "out_result") }
    return result.gradientNorm
  }
}

extension vaelib_step_result {
  init(_ result: StepResult) {
    self.init()
    loss = result.loss
    elbo = result.terms.elbo
    reconstruction = result.terms.reconstruction
    kl = result.terms.kl
    kl_weight = result.klWeight
    learning_rate = result.learningRate
    gradient_norm = result.gradientNorm
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
    let configuration = try TrainingConfiguration(try SizedStruct.read(config, "config"))
    let trainer = try Trainer(handle.model, configuration, examplesPerEpoch: examplesPerEpoch)
    out.pointee = try HandleTable.shared.insert(TrainerHandle(trainer, model: handle))
  }
}

@_cdecl("vaelib_trainer_step") @implementation
public func vaelib_trainer_step(
  _ trainer: OpaquePointer?, _ batch: OpaquePointer?, _ outResult: UnsafeMutablePointer<vaelib_step_result>?
) -> vaelib_status {
  computation {
    let handle = try TrainerHandle.from(trainer)
    try handle.model.gate.exclusive {
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
    try handle.model.gate.exclusive { _ = try handle.computeGradients(batch, outResult) }
  }
}

@_cdecl("vaelib_trainer_apply_gradients") @implementation
public func vaelib_trainer_apply_gradients(_ trainer: OpaquePointer?) -> vaelib_status {
  computation {
    let handle = try TrainerHandle.from(trainer)
    try handle.model.gate.exclusive { try handle.trainer.applyGradients(norm: handle.trainer.gradientNorm()) }
  }
}

@_cdecl("vaelib_trainer_parameters") @implementation
public func vaelib_trainer_parameters(
  _ trainer: OpaquePointer?, _ outValues: UnsafeMutablePointer<UnsafeMutablePointer<Float>?>?,
  _ outCount: UnsafeMutablePointer<Int>?
) -> vaelib_status {
  entryPoint {
    let parameters = try TrainerHandle.from(trainer).trainer.model.parameters
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
