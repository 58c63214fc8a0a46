public import CVaelib
import VaelibModels
import VaelibStorage

@_cdecl("vaelib_checkpoint_config_init") @implementation
public func vaelib_checkpoint_config_init(
  _ outConfig: UnsafeMutablePointer<vaelib_checkpoint_config>?
) -> vaelib_status {
  entryPoint { try SizedStruct.write(CheckpointSchedule().cStruct, to: outConfig, "out_config") }
}

@_cdecl("vaelib_checkpoint_describe") @implementation
public func vaelib_checkpoint_describe(
  _ path: UnsafePointer<CChar>?, _ checkInChild: Int32,
  _ outInfo: UnsafeMutablePointer<vaelib_checkpoint_info>?
) -> vaelib_status {
  entryPoint {
    let info = try CheckpointInfo.read(try Arguments.path(path, "path"), checkInChild: checkInChild != 0)
    try SizedStruct.write(vaelib_checkpoint_info(info), to: outInfo, "out_info")
  }
}

extension CheckpointSchedule {
  init(_ c: vaelib_checkpoint_config) throws {
    self.init()
    everySeconds = c.every_seconds
    everyEpochs = c.every_epochs
    everySteps = c.every_steps
    guard (0...1).contains(c.resume) else {
      throw BoundaryError.argument("checkpoint resume is \(c.resume); allowed: 0 or 1")
    }
    resumes = c.resume == 1
  }

  var cStruct: vaelib_checkpoint_config {
    var c = vaelib_checkpoint_config()
    c.every_seconds = everySeconds
    c.every_epochs = everyEpochs
    c.every_steps = everySteps
    c.resume = resumes ? 1 : 0
    return c
  }
}

extension vaelib_checkpoint_info {
  init(_ info: CheckpointInfo) {
    self.init()
    kind = Constants.string(info.kind)
    phase = Constants.string(info.run.phase.name)
    layer = info.state.layer
    epoch = info.state.epoch
    epochs = info.epochs
    examples = info.state.sums.rows
    examples_per_epoch = info.run.examples.rows
    complete = info.state.isComplete ? 1 : 0
    seed = info.run.configuration.seed
  }
}

/// What the caller's checkpoint configuration stands for; nil where there is none.
func checkpoints<Kind: CheckpointedModel>(
  _ config: vaelib_training_config
) throws -> TrainingCheckpoints<Kind>? {
  guard let checkpoint = config.checkpoint else { return nil }
  let c = try SizedStruct.read(checkpoint, "config->checkpoint")
  let path = try Arguments.path(c.path, "config->checkpoint->path")
  return TrainingCheckpoints(
    CheckpointFile<Kind>(path, libraryVersion: VAELIB_VERSION, checkInChild: c.check_in_child != 0),
    try CheckpointSchedule(c))
}

/// Throws if a trainer is given a checkpoint: it makes one step at a time, and knows nothing of those to come.
func refuseCheckpoint(_ config: vaelib_training_config) throws {
  if config.checkpoint != nil {
    throw BoundaryError.argument(
      "config->checkpoint must be NULL for a trainer: save the model between its steps instead")
  }
}
