public import VaelibModels

/// What a checkpoint file says of its training, whatever kind of model it is of.
public struct CheckpointInfo {
  /// "vae" or "stack".
  public let kind: String
  /// The call under way.
  public let run: RunIdentity
  /// How many epochs it is to have; a layer may have its own.
  public let epochs: Int
  public let state: TrainingState

  /// Reads and checks the whole file.
  public static func read(_ path: String) throws(StorageError) -> CheckpointInfo {
    try ModelFile.read(path) { (file) throws(StorageError) in
      let fields = ModelFields(file: file, path: path)
      if try file.text(ModelFile.Name.kind) == VariationalAutoencoder.fileKind {
        let saved = try CheckpointFile<VariationalAutoencoder>.read(fields)
        let run = saved.runs[saved.runs.count - 1]
        return CheckpointInfo(
          kind: VariationalAutoencoder.fileKind, run: run, epochs: run.configuration.epochs,
          state: saved.state)
      }
      let saved = try CheckpointFile<StackedAutoencoder>.read(fields)
      let run = saved.runs[saved.runs.count - 1]
      let own = saved.model.configuration.layers[saved.state.layer].epochs
      let hasOwn = run.phase == StackPhase.pretraining.name && own > 0
      return CheckpointInfo(
        kind: StackedAutoencoder.fileKind, run: run, epochs: hasOwn ? own : run.configuration.epochs,
        state: saved.state)
    }
  }
}
