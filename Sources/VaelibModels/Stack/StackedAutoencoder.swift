public import VaelibNetworks
public import VaelibNumerics

/// A stack of denoising auto-encoders (Vincent et al. 2008, 2010), with a softmax classifier on top once it has been
/// fine-tuned with labels.
public final class StackedAutoencoder: Model, @unchecked Sendable {
  public static let kind = ModelKind.stack
  public static let phases = [Phase.Kind.pretraining, .supervised, .unsupervised]

  public let configuration: StackConfiguration
  let layers: [DenoisingLayer]
  /// How columns are brought to one scale; nil where they are not.
  let standardization: Standardization?
  var standardized: [StandardizedColumns] {
    guard let standardization else { return [] }
    let all = 0..<configuration.dataDimension
    return [
      StandardizedColumns(
        columns: all, inputs: all, function: .identity, standardization: standardization)
    ]
  }
  /// What a classifier changes: it adds tensors at the end of the parameter array.
  struct Shape: Sendable {
    var layout: ParameterLayout
    var parameters: FloatBuffer
    /// nil before fine-tuning with labels.
    var classifier: DenseLayer?
  }
  /// What training changes beside the weights.
  struct State: Sendable {
    var shape: Shape
    var classNames: ClassNames?
    var record = TrainingRecord()
  }
  let watched: Watched<State>

  /// A stack with freshly drawn weights; `classes` above 0 adds a classifier.
  public init(_ configuration: StackConfiguration, classes: Int = 0) throws {
    try configuration.validate()
    let losses = try configuration.decidedLosses()
    var configuration = configuration
    for (index, loss) in losses.enumerated() { configuration.layers[index].loss = loss }
    self.configuration = configuration
    var layout = ParameterLayout()
    layers = try configuration.layers.enumerated().map { index, layer in
      try DenoisingLayer(
        index, inputs: configuration.inputWidth(index), configuration: layer,
        loss: losses[index], layout: &layout)
    }
    let standardizes = configuration.standardize == 1 && layers[0].loss == .squaredError
    standardization =
      standardizes ? try Standardization(columns: configuration.dataDimension, layout: &layout) : nil
    let shape = Shape(layout: layout, parameters: try FloatBuffer(count: layout.count), classifier: nil)
    watched = Watched(State(shape: shape))
    initializeWeights(from: 0)
    if classes > 0 { try addClassifier(classes: classes) }
  }

  private func initializeWeights(from first: Int) {
    initializeWeights(
      from: first, configuration.initializer, stddev: configuration.initializerStddev,
      seed: configuration.seed)
  }

  private var shape: Shape { watched.value.shape }
  public var layout: ParameterLayout { shape.layout }
  public var parameters: FloatBuffer { shape.parameters }
  public var classifier: DenseLayer? { shape.classifier }

  /// The names of the classes; nil if they have none.
  public var classNames: ClassNames? { watched.value.classNames }
  public var record: TrainingRecord { watched.value.record }

  public func describe() -> ModelDescription {
    let state = watched.look()
    return ModelDescription(
      layout: state.shape.layout, classes: state.shape.classifier?.outputs ?? 0, classNames: state.classNames,
      record: state.record)
  }

  public func changeRecord(_ body: (inout TrainingRecord) -> Void) { watched.change { body(&$0.record) } }

  /// More classes than that are a mistake.
  public static let greatestClassCount = 1 << 20

  /// How many classes the classifier knows; 0 without one.
  public var classes: Int { classifier?.outputs ?? 0 }

  /// The width of the topmost code.
  public var codeWidth: Int { configuration.layers[configuration.layers.count - 1].width }

  /// Puts a freshly drawn softmax layer on top; the weights of the layers stay.
  public func addClassifier(classes: Int) throws {
    guard (2...Self.greatestClassCount).contains(classes) else {
      throw ModelError.invalidArgument(
        "classes is \(classes); allowed: 2 to \(Self.greatestClassCount)")
    }
    if classifier != nil { throw ModelError.invalidArgument("the stack has a classifier already") }
    var layout = layout
    let classifier = try DenseLayer(
      "classifier", inputs: codeWidth, outputs: classes, activation: .identity, layout: &layout)
    let parameters = try FloatBuffer(count: layout.count)
    parameters.base.update(from: self.parameters.base, count: self.layout.count)
    let first = self.layout.tensors.count
    let shape = Shape(layout: layout, parameters: parameters, classifier: classifier)
    watched.change { $0.shape = shape }
    initializeWeights(from: first)
  }

  /// An independent copy.
  public func copy() throws -> StackedAutoencoder {
    let copy = try StackedAutoencoder(configuration, classes: classes)
    copy.parameters.base.update(from: parameters.base, count: parameters.count)
    copy.watched.change { ($0.record, $0.classNames) = (record, classNames) }
    return copy
  }

  public var dataDimension: Int { configuration.dataDimension }
  public var latentDimension: Int { 0 }
  public var hasVariance: Bool { false }
  public var layerCount: Int { layers.count }

  var firstLayer: DenseLayer { layers[0].encoder }

  /// What the examples must be.
  var exampleCheck: ExampleCheck { ExampleCheck(layers[0].loss.domain) }
}
