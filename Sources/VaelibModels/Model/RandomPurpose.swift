import VaelibNumerics

/// What random numbers are drawn for. Each purpose has streams of its own, so that no draw depends on another.
/// The numbers are part of what a seed means: they never change.
public enum RandomPurpose: UInt8, Sendable {
  case initialization = 1
  case shuffling = 2
  case trainingNoise = 3
  case trainingBinarization = 4
  case evaluationNoise = 5
  case evaluationBinarization = 6
  case latentSample = 7
  case outputSample = 8
  case priorSample = 9
  case corruption = 10
  case dropout = 11
  case topDownSample = 12
  case split = 13
  case imputationChoice = 14
  case imputationSample = 15
  case imputationLatent = 16
  case trainingHiding = 17
  case quantileSample = 18

  /// The stream of one example in one epoch.
  func stream(seed: UInt64, epoch: Int = 0, example: Int = 0) -> RandomStream {
    RandomStream(
      seed: seed, purpose: rawValue, epoch: UInt32(truncatingIfNeeded: epoch),
      example: UInt64(truncatingIfNeeded: example))
  }
}
