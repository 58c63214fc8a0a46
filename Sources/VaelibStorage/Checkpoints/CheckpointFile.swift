public import VaelibModels

/// A model whose training can be kept in a file.
public protocol CheckpointedModel: Model {
  /// What a model file holds of it.
  func contents(libraryVersion: String) -> ModelContents
  /// Reads what a model file holds.
  static func read(_ fields: ModelFields) throws(StorageError) -> Self
}

extension VariationalAutoencoder: CheckpointedModel {}
extension StackedAutoencoder: CheckpointedModel {}

/// A checkpoint in a file: a model file that has the group `checkpoint` too, replaced as a whole each time.
/// docs/file-format.md describes it.
public final class CheckpointFile<Model: CheckpointedModel>: CheckpointStore {
  private let path: String
  private let libraryVersion: String
  private let checkInChild: Bool

  /// `libraryVersion` is noted in the file; with `checkInChild` a child process reads it before this one does.
  public init(_ path: String, libraryVersion: String, checkInChild: Bool = false) {
    self.path = path
    self.checkInChild = checkInChild
    self.libraryVersion = libraryVersion
  }

  public var name: String { "checkpoint \"\(path)\"" }

  public func check() throws { try AtomicFile.check(path) }

  public func load() throws -> SavedTraining<Model>? {
    try AtomicFile.exists(path) ? Self.read(path, checkInChild: checkInChild) : nil
  }

  public func save(_ training: SavedTraining<Model>) throws {
    try ModelFile.write(
      training.model.contents(libraryVersion: libraryVersion),
      checkpoint: CheckpointContents(runs: training.runs, state: training.state), to: path)
  }

  public func identify(_ examples: LabeledExamples) throws -> DataIdentity {
    try DataIdentity(of: examples)
  }
}
