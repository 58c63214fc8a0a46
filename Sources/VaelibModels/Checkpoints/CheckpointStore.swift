/// Where the checkpoint of a training is kept.
public protocol CheckpointStore<Model>: AnyObject {
  associatedtype Model

  /// What messages call it, for example `checkpoint "digits.h5"`.
  var name: String { get }
  /// Throws if a checkpoint certainly cannot be written, so that this is known before a long training, not after.
  func check() throws
  /// The last checkpoint; nil if there is none.
  func load() throws -> SavedTraining<Model>?
  /// Replaces the last checkpoint, or leaves it as it was and throws.
  func save(_ training: SavedTraining<Model>) throws
  /// What identifies the examples, with the labels or targets that are learned.
  func identify(_ examples: LabeledExamples) throws -> DataIdentity
}

/// The training that a checkpoint holds.
public struct SavedTraining<Model> {
  /// Weights and history at that moment.
  public var model: Model
  /// The calls that trained so far, in their order; all but the last are complete.
  public var runs: [RunIdentity]
  /// How far the last of them is.
  public var state: TrainingState

  public init(model: Model, runs: [RunIdentity], state: TrainingState) {
    self.model = model
    self.runs = runs
    self.state = state
  }
}
