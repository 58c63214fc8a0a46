public import CVaelib
import VaelibModels
import VaelibStorage

@_cdecl("vaelib_training_config_init") @implementation
public func vaelib_training_config_init(
  _ outConfig: UnsafeMutablePointer<vaelib_training_config>?
) -> vaelib_status {
  entryPoint { try SizedStruct.write(TrainingConfiguration().cStruct, to: outConfig, "out_config") }
}

/// What the caller of a training function gave, beside the model and its data.
struct TrainingArguments<Kind: CheckpointedModel> {
  let configuration: TrainingConfiguration
  let control: RunControl
  fileprivate let config: vaelib_training_config

  /// Calls `train` with the caller's checkpoints; hands on its warnings, and theirs also when it was cancelled.
  func run(_ train: (TrainingCheckpoints<Kind>?) throws -> [String]) throws {
    guard let checkpoints: TrainingCheckpoints<Kind> = try checkpoints(config) else {
      return warn(try train(nil))
    }
    var warnings: [String] = []
    defer { warn(warnings + checkpoints.warnings) }
    warnings = try train(checkpoints)
  }
}

/// Runs a function that trains a model of some kind, which no other call may use meanwhile.
func train<Kind: CheckpointedModel>(
  _ model: OpaquePointer?, _ kind: Kind.Type, _ config: UnsafePointer<vaelib_training_config>?,
  _ callback: vaelib_progress_fn?, _ userData: UnsafeMutableRawPointer?, _ name: String = #function,
  _ body: (Kind, TrainingArguments<Kind>) throws -> Void
) -> vaelib_status {
  let caller = ProgressCallback(model, callback, userData)
  return entryPoint(name) {
    let access = try ModelHandle.from(model).access
    let config = try SizedStruct.read(config, "config")
    let arguments = TrainingArguments<Kind>(
      configuration: try TrainingConfiguration(config), control: caller.control(access.gate), config: config)
    let model = try ModelHandle.model(access.model, as: kind)
    try access.gate.exclusive { try profiledCall(name) { try body(model, arguments) } }
  }
}

@_cdecl("vaelib_model_get_training_config") @implementation
public func vaelib_model_get_training_config(
  _ model: OpaquePointer?, _ phase: vaelib_phase, _ outConfig: UnsafeMutablePointer<vaelib_training_config>?
) -> vaelib_status {
  modelDescription(model) { model, description in
    let kind = try Phase.Kind(phase)
    guard type(of: model).phases.contains(kind) else {
      throw BoundaryError.argument(
        "phase is \(kind.name); a model of kind \"\(model.kind.rawValue)\" is not trained in it")
    }
    let configuration = description.record.configurations[kind] ?? TrainingConfiguration()
    try SizedStruct.write(configuration.cStruct, to: outConfig, "out_config")
  }
}

@_cdecl("vaelib_model_describe_history") @implementation
public func vaelib_model_describe_history(
  _ model: OpaquePointer?, _ index: Int, _ outColumn: UnsafeMutablePointer<vaelib_history_column>?
) -> vaelib_status {
  modelDescription(model) { _, description in
    let series = description.record.history.series
    guard series.indices.contains(index) else {
      throw BoundaryError.argument(
        "index is \(UInt(bitPattern: index)); the history holds \(series.count) columns, counted from 0")
    }
    var column = vaelib_history_column()
    column.name = Constants.string(series[index].name)
    column.type = Constants.string(series[index].metric.values.rawValue)
    try SizedStruct.write(column, to: outColumn, "out_column")
  }
}

@_cdecl("vaelib_model_get_history") @implementation
public func vaelib_model_get_history(
  _ model: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ outValues: UnsafeMutablePointer<Double>?,
  _ outCount: Int
) -> vaelib_status {
  modelDescription(model) { _, description in
    let name = try Arguments.text(name, "name")
    guard let series = Series.all.first(where: { $0.name == name }) else {
      let known = Series.all.map(\.name).joined(separator: ", ")
      throw BoundaryError.argument("name is \"\(name)\"; a history may hold \(known)")
    }
    let history = description.record.history
    // Fewer, since there may be more epochs than when the caller asked for their number.
    guard (0...history.count).contains(outCount) else {
      throw BoundaryError.argument(
        "out_count is \(UInt(bitPattern: outCount)); the history holds \(history.count) epochs")
    }
    if outCount == 0 { return }
    try Arguments.nonNull(outValues, "out_values").update(from: history[series], count: outCount)
  }
}
