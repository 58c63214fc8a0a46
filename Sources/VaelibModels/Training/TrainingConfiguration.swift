public import VaelibNetworks

/// How to train. The initial values are the defaults, defined here only.
public struct TrainingConfiguration: Sendable, Equatable {
  public var epochs = automaticNumber
  public var batchSize = automaticNumber
  public var estimator = BoundEstimator.analytic
  public var samples = 1
  public var beta = 1.0
  public var klWarmupEpochs = 0.0
  public var binarization = Binarization.none
  public var optimizer = Optimizer.Method.adam
  public var learningRate = 3e-3
  public var momentum = 0.0
  public var nesterov = 0
  public var beta1 = 0.9
  public var beta2 = 0.999
  public var epsilon = 1e-8
  public var schedule = LearningRateSchedule.Shape.cosine
  public var scheduleEpochs = 10.0
  public var scheduleFactor = 0.1
  public var warmupEpochs = 0.0
  public var weightDecay = 0.0
  public var gradientClipNorm = Double(automaticNumber)
  public var patience = automaticNumber
  public var monitor = Monitor.loss
  public var validationFraction = Double(automaticNumber)
  public var validationSplit = ValidationSplit.random
  public var dropout = 0.5
  public var trimFraction = 0.0
  /// The share of numbers that the encoder does not see in a step.
  public var hideFraction = 0.0
  public var seed: UInt64 = 0

  public init() {}

  var optimizerConstants: Optimizer.Constants {
    .init(momentum: momentum, nesterov: nesterov == 1, beta1: beta1, beta2: beta2, epsilon: epsilon)
  }

  var learningRateSchedule: LearningRateSchedule {
    .init(
      shape: schedule, baseRate: learningRate, stepEpochs: scheduleEpochs, factor: scheduleFactor,
      warmupEpochs: warmupEpochs, totalEpochs: Double(epochs))
  }

  /// The weight of the KL term at epoch time `time`.
  func klWeight(at time: Double) -> Double {
    klWarmupEpochs > 0 ? beta * min(1, time / klWarmupEpochs) : beta
  }

  /// How the validation bound is estimated: as the training bound, with noise of its own.
  var evaluation: EvaluationConfiguration {
    var evaluation = EvaluationConfiguration()
    evaluation.samples = samples
    evaluation.estimator = estimator
    evaluation.binarization = binarization
    evaluation.seed = seed
    return evaluation
  }
}

/// What patience watches where labels are learned.
public enum Monitor: String, CaseIterable, Sendable {
  /// That of the validation examples.
  case loss
  /// Their error, which is 1 - the score: the share of wrong labels, as in Vincent et al. 2010.
  case error
}

/// Which rows are held out of training for validation.
public enum ValidationSplit: String, CaseIterable, Sendable {
  /// Rows chosen by the seed; with labels, of each class in proportion.
  case random
  /// The last rows, which suits time series.
  case last
}

/// How bounds and likelihoods are estimated.
public struct EvaluationConfiguration: Sendable, Equatable {
  public var samples = 1
  public var estimator = BoundEstimator.analytic
  public var binarization = Binarization.none
  public var seed: UInt64 = 0
  /// 1 where every example is to have the random numbers of the first, so that its place does not matter.
  public var commonNoise = 0

  public init() {}

  /// The example whose random numbers one in this place has.
  func noisePlace(_ place: Int) -> Int { commonNoise == 1 ? 0 : place }
}

/// The two estimators of the lower bound (AEVB, section 2.3).
public enum BoundEstimator: String, CaseIterable, Sendable {
  /// Estimator B: the KL term in closed form.
  case analytic
  /// Estimator A: all terms from the samples.
  case monteCarlo = "monte_carlo"
}

/// What happens to data in [0, 1] before a Bernoulli likelihood sees them.
public enum Binarization: String, CaseIterable, Sendable {
  case none
  /// Each value is the probability of a 1, which is drawn at each use (Burda et al. 2015, section 5.1).
  case dynamic
}
