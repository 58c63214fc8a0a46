public import VaelibNetworks
public import VaelibNumerics

/// The kinds of models, as files and listings name them.
public enum ModelKind: String, CaseIterable, Sendable {
  case vae
  case stack
}

/// What every kind of model has: weights in one flat array, and what training recorded beside them.
///
/// Not locked: queries may run side by side, but nothing else may run during a change, except `describe`. The boundary
/// ensures that.
public protocol Model: AnyObject, Sendable {
  static var kind: ModelKind { get }
  /// The phases that its training may have.
  static var phases: [Phase.Kind] { get }
  /// D, the width of an example.
  var dataDimension: Int { get }
  /// J, the width of the latent code of a variational auto-encoder; 0 for others.
  var latentDimension: Int { get }
  /// K, how many columns of an example are given, of a variational auto-encoder; 0 for others.
  var conditionCount: Int { get }
  /// Whether it decodes to variances beside means: by the likelihood of a variational auto-encoder.
  var hasVariance: Bool { get }
  /// How many layers are trained one by one; 0 for models without such.
  var layerCount: Int { get }
  var layout: ParameterLayout { get }
  var parameters: FloatBuffer { get }
  var record: TrainingRecord { get }
  /// What is known of it beside its weights; for any thread, also while it is trained.
  func describe() -> ModelDescription
  /// Changes what is known of it.
  func changeRecord(_ body: (inout TrainingRecord) -> Void)

  /// An independent copy.
  func copy() throws -> Self
  /// What is wrong with the numbers by which columns are standardised; nil if nothing is.
  var standardizationProblem: String? { get }
  /// Takes the means and deviations of `examples`, by their weights if they have any, for those by which columns are
  /// standardised from now on.
  ///
  /// Throws `ModelError.data` at an unsuitable value, `.invalidArgument` if the model does not standardise; the model
  /// is unchanged then.
  func standardize(
    by examples: any ExampleSource, weights: ExampleWeights?, isCancelled: @escaping () -> Bool
  ) throws
  /// A trainer for one step at a time. Throws `ModelError`, `NumericsError`.
  func makeTrainer(
    _ phase: Phase, _ configuration: TrainingConfiguration, examplesPerEpoch: Int
  ) throws -> Trainer
  /// How many epochs a phase has.
  func epochs(of phase: Phase, _ configuration: TrainingConfiguration) -> Int
}

/// What is known of a model beside its weights: how it was trained, and what its data was like.
public struct TrainingRecord: Sendable {
  /// All epochs of all training.
  public var history = TrainingHistory()
  /// How it was last trained in each phase; nothing where it never was.
  public var configurations: [Phase.Kind: TrainingConfiguration] = [:]
  /// The scaling of the data it was last trained on.
  public var dataScale = 1.0
  public var dataShift = 0.0
  /// What the columns of its data are called.
  public var columns = ColumnNames()

  public init() {}
}

extension Model {
  public var kind: ModelKind { Self.kind }

  /// Draws the weights of the tensors from number `first` on; biases stay 0.
  func initializeWeights(
    from first: Int = 0, _ initializer: Initializer, stddev: Double, seed: UInt64
  ) {
    for (index, tensor) in layout.tensors.enumerated() where index >= first && tensor.isWeight {
      initializer.fill(
        parameters.base + tensor.offset, inputs: tensor.rows, outputs: tensor.columns, stddev: stddev,
        stream: RandomPurpose.initialization.stream(seed: seed, example: index))
    }
  }
}
