public import CVaelib
import VaelibModels

@_cdecl("vaelib_stack_pretrain") @implementation
public func vaelib_stack_pretrain(
  _ stack: OpaquePointer?, _ examples: OpaquePointer?, _ config: UnsafePointer<vaelib_training_config>?,
  _ callback: vaelib_stack_progress_fn?, _ userData: UnsafeMutableRawPointer?
) -> vaelib_status {
  let control = stackRunControl(stack, callback, userData)
  return computation {
    let handle = try StackHandle.from(stack)
    let examples = try DatasetHandle.from(examples)
    let config = try SizedStruct.read(config, "config")
    let configuration = try TrainingConfiguration(config)
    try handle.change { stack in
      try withCheckpoints(config.checkpoint, of: stack) { checkpoints in
        try stack.pretrain(
          examples.source, configuration: configuration, checkpoints: checkpoints, control: control)
      }
    }
  }
}

@_cdecl("vaelib_stack_finetune") @implementation
public func vaelib_stack_finetune(
  _ stack: OpaquePointer?, _ examples: OpaquePointer?, _ validation: OpaquePointer?, _ phase: vaelib_phase,
  _ config: UnsafePointer<vaelib_training_config>?, _ callback: vaelib_stack_progress_fn?,
  _ userData: UnsafeMutableRawPointer?
) -> vaelib_status {
  let control = stackRunControl(stack, callback, userData)
  return computation {
    let handle = try StackHandle.from(stack)
    let examples = try DatasetHandle.from(examples).labeledExamples
    let validation = try validation.map { try DatasetHandle.from($0).labeledExamples }
    let kind = try Phase.Kind(phase)
    let config = try SizedStruct.read(config, "config")
    let configuration = try TrainingConfiguration(config)
    try handle.change { stack in
      try withCheckpoints(config.checkpoint, of: stack) { checkpoints in
        try stack.finetune(
          examples, validation: validation, kind: kind, configuration: configuration,
          checkpoints: checkpoints, control: control)
      }
    }
  }
}

@_cdecl("vaelib_stack_cancel") @implementation
public func vaelib_stack_cancel(_ stack: OpaquePointer?) -> vaelib_status {
  // No message: a signal handler may be here, where only atomics are safe.
  HandleTable.shared.cancel(stack, kind: .stack) ? VAELIB_OK : VAELIB_INVALID_HANDLE
}

@_cdecl("vaelib_stack_history_count") @implementation
public func vaelib_stack_history_count(
  _ stack: OpaquePointer?, _ outCount: UnsafeMutablePointer<Int>?
) -> vaelib_status {
  stackQuery(stack) { stack, _ in
    try Arguments.nonNull(outCount, "out_count").pointee = stack.record.history.count
  }
}

@_cdecl("vaelib_stack_history_get") @implementation
public func vaelib_stack_history_get(
  _ stack: OpaquePointer?, _ index: Int, _ outRecord: UnsafeMutablePointer<vaelib_stack_record>?
) -> vaelib_status {
  stackQuery(stack) { stack, _ in
    let (training, validation) = try historyEntry(stack.record.history, index)
    try SizedStruct.write(
      vaelib_stack_record(training, validation: validation), to: outRecord, "out_record")
  }
}

@_cdecl("vaelib_stack_training_config") @implementation
public func vaelib_stack_training_config(
  _ stack: OpaquePointer?, _ phase: vaelib_phase, _ outConfig: UnsafeMutablePointer<vaelib_training_config>?
) -> vaelib_status {
  stackQuery(stack) { stack, _ in
    let configuration = stack.record.configurations[try Phase.Kind(phase)] ?? TrainingConfiguration()
    try SizedStruct.write(configuration.cStruct, to: outConfig, "out_config")
  }
}

@_cdecl("vaelib_stack_trainer_create") @implementation
public func vaelib_stack_trainer_create(
  _ stack: OpaquePointer?, _ phase: vaelib_phase, _ layer: Int, _ classes: Int,
  _ config: UnsafePointer<vaelib_training_config>?, _ examplesPerEpoch: Int,
  _ outTrainer: UnsafeMutablePointer<OpaquePointer?>?
) -> vaelib_status {
  computation {
    let out = try Arguments.nonNull(outTrainer, "out_trainer")
    let handle = try StackHandle.from(stack)
    let kind = try Phase.Kind(phase)
    let config = try SizedStruct.read(config, "config")
    try refuseCheckpoint(config)
    let configuration = try TrainingConfiguration(config)
    try handle.gate.exclusive {
      let phase = Phase(kind, layer: kind == .pretraining ? layer : 0)
      let trainer = try handle.stack.makeTrainer(
        phase, configuration, classes: classes, examplesPerEpoch: examplesPerEpoch)
      out.pointee = try HandleTable.shared.insert(TrainerHandle(trainer, gate: handle.gate))
    }
  }
}
