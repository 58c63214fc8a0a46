import VaelibModels
import VaelibNetworks
import Testing

/// The trainings that the tests of checkpoints interrupt.
extension CheckpointTests {
  struct VAECase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// What a warning says of how it went.
    var warning: String?
    var change: @Sendable (inout TrainingConfiguration) -> Void = { _ in }
    var architecture: @Sendable (inout VAEConfiguration) -> Void = { _ in }
  }

  static let vaeCases = [
    VAECase(testDescription: "adam"),
    VAECase(testDescription: "sgd") {
      $0.optimizer = .sgd
      $0.momentum = 0.9
    },
    VAECase(testDescription: "adagrad") { $0.optimizer = .adagrad },
    VAECase(testDescription: "rmsprop") { $0.optimizer = .rmsprop },
    VAECase(testDescription: "adamw") {
      $0.optimizer = .adamw
      $0.weightDecay = 0.1
    },
    VAECase(testDescription: "step") {
      $0.schedule = .step
      $0.scheduleEpochs = 0.7
    },
    VAECase(testDescription: "exponential") {
      $0.schedule = .exponential
      $0.warmupEpochs = 1.3
    },
    VAECase(testDescription: "cosine") { $0.schedule = .cosine },
    VAECase(testDescription: "warm-up and clipping") {
      $0.klWarmupEpochs = 1.6
      $0.gradientClipNorm = 0.5
    },
    VAECase(testDescription: "patience that ends") {
      $0.patience = 3
      $0.learningRate = 0.7
      $0.epochs = 12
      $0.batchSize = 20
    },
    VAECase(testDescription: "patience that does not") { $0.patience = 3 },
    VAECase(testDescription: "back to the best weights", warning: "ended worse than it was") {
      fallApart(&$0)
    },
    VAECase(testDescription: "back to the best weights after a warm-up", warning: "ended worse than it was") {
      fallApart(&$0)
      $0.klWarmupEpochs = 1.5
    },
    VAECase(
      testDescription: "limited by the usual norm",
      change: {
        $0.optimizer = .sgd
        $0.learningRate = 0.1
        $0.gradientClipNorm = Double(automaticNumber)
      }, architecture: unsteady),
    VAECase(testDescription: "batches and patience left to the library") {
      $0.batchSize = automaticNumber
      $0.patience = automaticNumber
      $0.gradientClipNorm = Double(automaticNumber)
      $0.epochs = 12
    },
    VAECase(testDescription: "dynamic binarisation, Monte Carlo") {
      $0.binarization = .dynamic
      $0.estimator = .monteCarlo
      $0.samples = 2
    },
    VAECase(
      testDescription: "Gaussian", change: { $0.learningRate = 1e-3 },
      architecture: {
        $0.likelihood = .gaussian
        $0.options.variance = .learned
      }),
  ]

  /// Steps that grow until nothing is left of what was learned.
  @Sendable static func fallApart(_ training: inout TrainingConfiguration) {
    training.optimizer = .sgd
    training.learningRate = 2
    training.epochs = 8
    training.warmupEpochs = 8
  }

  /// A density so narrow that gradients grow many times from one step to another.
  @Sendable static func unsteady(_ architecture: inout VAEConfiguration) {
    architecture.likelihood = .gaussian
    architecture.options.variance = .fixed
    architecture.options.standardize = 0
    architecture.options.noiseStddev = 0.3
  }

  struct StackCase: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var phase = Phase.Kind.supervised
    var layer: @Sendable (inout LayerConfiguration) -> Void = { _ in }
    var change: @Sendable (inout TrainingConfiguration) -> Void = { _ in }
  }

  static let stackCases = [
    StackCase(testDescription: "masking, dropout, patience") {
      $0.corruptionLevel = 0.3
    } change: {
      $0.dropout = 0.3
      $0.patience = 2
    },
    StackCase(testDescription: "range of the data, rmsprop") {
      $0.corruption = .saltAndPepper
      $0.corruptionLevel = 0.4
      $0.corruptionRange = .data
    } change: {
      $0.optimizer = .rmsprop
    },
    StackCase(testDescription: "unrolled, free weights", phase: .unsupervised) {
      $0.tied = 0
      $0.epochs = 3
    } change: {
      $0.optimizer = .adagrad
      $0.schedule = .cosine
      $0.patience = 1
    },
  ]
}
