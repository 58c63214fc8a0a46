/// What a stack is being trained for.
public enum StackPhase: Int, CaseIterable, Sendable {
  case pretraining = 0
  case supervised = 1
  case unsupervised = 2
}

/// One epoch of a stack's history. Losses are means per example; what does not apply is NaN.
public struct StackEpochRecord: Sendable, Equatable {
  public var phase = StackPhase.pretraining
  /// The layer that was pretrained.
  public var layer = 0
  /// Counts from 1 within the phase of one call.
  public var epoch = 0
  public var loss = Double.nan
  public var validationLoss = Double.nan
  /// The share of wrong labels.
  public var error = Double.nan
  public var validationError = Double.nan
  public var learningRate = Double.nan
  public var seconds = 0.0

  public init() {}
}

/// How far a call that trains a stack is.
public struct StackProgress: Sendable {
  public var kind: Progress.Kind
  public var epochs: Int
  public var examples: Int
  public var examplesPerEpoch: Int
  public var record: StackEpochRecord
}

/// How such a call tells its caller how far it is, and learns that it should stop.
public struct StackRunControl {
  /// Asked often; true stops the call within one step.
  public var isCancelled: () -> Bool
  /// Told of every epoch, and about every 50 ms in between; false stops the call.
  public var report: ((StackProgress) -> Bool)?

  public init(isCancelled: @escaping () -> Bool = { false }, report: ((StackProgress) -> Bool)? = nil) {
    self.isCancelled = isCancelled
    self.report = report
  }

  func send(_ progress: StackProgress) throws(ModelError) {
    if let report, !report(progress) { throw .cancelled }
  }
}
