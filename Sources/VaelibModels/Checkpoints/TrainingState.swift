public import VaelibNumerics

/// The progress of a training run: with the model's weights and history, all that it needs to continue to the same
/// bits.
///
/// Random numbers are keyed by seed, epoch and example, so it holds no generator.
public struct TrainingState: Sendable {
  /// The layer that is pretrained; 0 in other phases.
  public var layer = 0
  /// The current epoch, counted from 1 within the run or the layer; once all are done, their number plus 1.
  public var epoch = 1
  public var sums = EpochSums()
  /// Updates that the optimiser has made.
  public var steps = 0
  /// The best validation bound so far, or minus the lowest error or loss; without patience minus the lowest loss in
  /// training. At first what an epoch must do better than; minus infinity where nothing is known.
  public var bestScore = -Double.infinity
  public var epochsWithoutBetter = 0
  /// The loss before any step, of the first batch or of all examples, with patience that of the validation examples;
  /// nil until it is known.
  public var startLoss: Double?
  /// What the limit of gradients takes for their usual norm; 0 before the first step, or with another limit.
  public var usualGradientNorm = 0.0
  /// True once the run has reached its end.
  public var isComplete = false

  /// The optimiser's moments, one array after the other; nil before the first step.
  public var moments: FloatBuffer?
  /// The weights before this epoch, to return to if numbers that are not finite occur in it; nil between epochs.
  public var epochStart: FloatBuffer?
  /// The weights of the best epoch; nil before there is one, and when they are the model's.
  public var best: FloatBuffer?
  /// The weights of the last epoch, where the run is complete and the model has those of the best.
  public var last: FloatBuffer?

  public init(layer: Int = 0) {
    self.layer = layer
  }
}
