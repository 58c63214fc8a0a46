public import CVaelib
import VaelibModels

@_cdecl("vaelib_training_config_init") @implementation
public func vaelib_training_config_init(
  _ outConfig: UnsafeMutablePointer<vaelib_training_config>?
) -> vaelib_status {
  entryPoint { try SizedStruct.write(TrainingConfiguration().cStruct, to: outConfig, "out_config") }
}

@_cdecl("vaelib_fit") @implementation
public func vaelib_fit(
  _ model: OpaquePointer?, _ examples: OpaquePointer?, _ validation: OpaquePointer?,
  _ config: UnsafePointer<vaelib_training_config>?, _ callback: vaelib_progress_fn?,
  _ userData: UnsafeMutableRawPointer?
) -> vaelib_status {
  let control = runControl(model, callback, userData)
  return computation {
    let handle = try ModelHandle.from(model)
    let examples = try DatasetHandle.from(examples)
    let validation = try validation.map { try DatasetHandle.from($0) }
    let config = try SizedStruct.read(config, "config")
    let configuration = try TrainingConfiguration(config)
    try handle.gate.exclusive {
      try withCheckpoints(config.checkpoint, of: handle.model) { checkpoints in
        try handle.model.fit(
          examples.source, validation: validation?.source, configuration: configuration,
          checkpoints: checkpoints, control: control)
      }
    }
  }
}

@_cdecl("vaelib_cancel") @implementation
public func vaelib_cancel(_ model: OpaquePointer?) -> vaelib_status {
  // No message: a signal handler may be here, where only atomics are safe.
  HandleTable.shared.cancel(model, kind: .model) ? VAELIB_OK : VAELIB_INVALID_HANDLE
}

@_cdecl("vaelib_history_count") @implementation
public func vaelib_history_count(
  _ model: OpaquePointer?, _ outCount: UnsafeMutablePointer<Int>?
) -> vaelib_status {
  query(model) { model, _ in
    try Arguments.nonNull(outCount, "out_count").pointee = model.record.history.count
  }
}

@_cdecl("vaelib_history_get") @implementation
public func vaelib_history_get(
  _ model: OpaquePointer?, _ index: Int, _ outRecord: UnsafeMutablePointer<vaelib_history_record>?
) -> vaelib_status {
  query(model) { model, _ in
    let (training, validation) = try historyEntry(model.record.history, index)
    try SizedStruct.write(
      vaelib_history_record(training, validation: validation), to: outRecord, "out_record")
  }
}

/// Epoch `index` of a history; throws if there is none.
func historyEntry(
  _ history: TrainingHistory, _ index: Int
) throws -> (training: MetricValues, validation: MetricValues) {
  guard (0..<history.count).contains(index) else {
    throw BoundaryError.argument(
      "index is \(UInt(bitPattern: index)); the history holds \(history.count) epochs, counted from 0")
  }
  return history.epoch(index)
}

@_cdecl("vaelib_model_training_config") @implementation
public func vaelib_model_training_config(
  _ model: OpaquePointer?, _ outConfig: UnsafeMutablePointer<vaelib_training_config>?
) -> vaelib_status {
  query(model) { model, _ in
    try SizedStruct.write(
      (model.record.configurations[.fit] ?? TrainingConfiguration()).cStruct, to: outConfig, "out_config")
  }
}
