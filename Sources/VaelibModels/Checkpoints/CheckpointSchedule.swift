/// When a training run writes checkpoints, and whether it resumes from one. The initial values are the defaults.
///
/// A checkpoint is written when the first of them is due, and always when the run ends or is cancelled.
public struct CheckpointSchedule: Sendable, Equatable {
  /// 0: not by time.
  public var everySeconds = 600.0
  /// 0: not by epochs.
  public var everyEpochs = 0
  /// 0: not by steps.
  public var everySteps = 0
  /// Resume from the checkpoint if there is one.
  public var resumes = true

  public init() {}

  /// Throws at the first value that is not allowed.
  public func validate() throws(ModelError) {
    guard everySeconds >= 0, everySeconds <= 1e30 else {
      throw .invalidArgument("checkpoint every_seconds is \(everySeconds); allowed: at least 0")
    }
    for (name, value) in [("every_epochs", everyEpochs), ("every_steps", everySteps)] where value < 0 {
      throw .invalidArgument(
        "checkpoint \(name) is \(UInt(bitPattern: value)); allowed: 0 to \(Int.max)")
    }
  }
}
