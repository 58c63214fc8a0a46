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

  /// Reads and checks the whole file; with `checkInChild` a child process does so first.
  public static func read(
    _ path: String, checkInChild: Bool = false
  ) throws(StorageError) -> CheckpointInfo {
    if checkInChild { try ChildProcess.check(path) { () throws(StorageError) in _ = try read(path) } }
    return try ModelFile.read(path) { (file) throws(StorageError) in
      try read(ModelFields(file: file, path: path))
    }
  }

  /// The same of an open file.
  static func read(_ fields: ModelFields) throws(StorageError) -> CheckpointInfo {
    switch try fields.kind() {
    case .vae: CheckpointInfo(try CheckpointFile<VariationalAutoencoder>.read(fields))
    case .stack: CheckpointInfo(try CheckpointFile<StackedAutoencoder>.read(fields))
    }
  }

  private init<Kind: CheckpointedModel>(_ saved: SavedTraining<Kind>) {
    kind = Kind.kind.rawValue
    run = saved.runs[saved.runs.count - 1]
    state = saved.state
    epochs = saved.model.epochs(of: Phase(run.phase, layer: state.layer), run.configuration)
  }
}
