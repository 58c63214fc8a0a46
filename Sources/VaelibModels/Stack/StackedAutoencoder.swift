public import VaelibNetworks
public import VaelibNumerics

/// A stack of denoising auto-encoders (Vincent et al. 2008, 2010), with a head on top once it has been fine-tuned with
/// labels or targets.
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
  /// What a head changes: it adds tensors at the end of the parameter array.
  struct Shape: Sendable {
    var layout: ParameterLayout
    var parameters: FloatBuffer
    /// nil before fine-tuning with labels or targets.
    var head: (any Head)?
    var headShape: HeadShape?
  }
  /// What training changes beside the weights.
  struct State: Sendable {
    var shape: Shape
    var classNames: ClassNames?
    var record = TrainingRecord()
  }
  let watched: Watched<State>

  /// A stack with freshly drawn weights; with a head, if it is to have one.
  public init(_ configuration: StackConfiguration, head: HeadShape? = nil) throws {
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
    let shape = Shape(layout: layout, parameters: try FloatBuffer(count: layout.count))
    watched = Watched(State(shape: shape))
    initializeWeights(from: 0)
    if let head { try addHead(head) }
  }

  private func initializeWeights(from first: Int) {
    initializeWeights(
      from: first, configuration.initializer, stddev: configuration.initializerStddev,
      seed: configuration.seed)
  }

  private var shape: Shape { watched.value.shape }
  public var layout: ParameterLayout { shape.layout }
  public var parameters: FloatBuffer { shape.parameters }
  var head: (any Head)? { shape.head }
  public var headShape: HeadShape? { shape.headShape }

  /// The names of the classes; nil if they have none.
  public var classNames: ClassNames? { watched.value.classNames }
  public var record: TrainingRecord { watched.value.record }

  public func describe() -> ModelDescription {
    let state = watched.look()
    return ModelDescription(
      layout: state.shape.layout, head: state.shape.headShape, classNames: state.classNames,
      record: state.record)
  }

  public func changeRecord(_ body: (inout TrainingRecord) -> Void) { watched.change { body(&$0.record) } }

  /// How many outputs the head has; 0 without one.
  public var outputs: Int { headShape?.outputs ?? 0 }
  /// How many classes a softmax head knows; 0 without one.
  public var classes: Int { headShape?.kind == .softmax ? outputs : 0 }

  /// The width of the topmost code.
  public var codeWidth: Int { configuration.layers[configuration.layers.count - 1].width }

  /// Puts a freshly drawn head on top; the weights of the layers stay.
  public func addHead(_ shape: HeadShape) throws {
    let allowed = shape.kind.outputCounts
    guard allowed.contains(shape.outputs) else {
      throw ModelError.invalidArgument(
        "outputs is \(UInt(bitPattern: shape.outputs)); allowed for a \(shape.kind.rawValue) head: "
          + "\(allowed.lowerBound) to \(allowed.upperBound)")
    }
    if let headShape {
      throw ModelError.invalidArgument("the stack has a \(headShape.kind.rawValue) head already")
    }
    var layout = layout
    let head = try shape.kind.type.init(inputs: codeWidth, outputs: shape.outputs, layout: &layout)
    let parameters = try FloatBuffer(count: layout.count)
    parameters.base.update(from: self.parameters.base, count: self.layout.count)
    let first = self.layout.tensors.count
    let shape = Shape(layout: layout, parameters: parameters, head: head, headShape: shape)
    watched.change { $0.shape = shape }
    initializeWeights(from: first)
  }

  /// An independent copy.
  public func copy() throws -> StackedAutoencoder {
    let copy = try StackedAutoencoder(configuration, head: headShape)
    copy.parameters.base.update(from: parameters.base, count: parameters.count)
    copy.watched.change { ($0.record, $0.classNames) = (record, classNames) }
    return copy
  }

  public var dataDimension: Int { configuration.dataDimension }
  public var latentDimension: Int { 0 }
  public var conditionCount: Int { 0 }
  public var hasVariance: Bool { false }
  public var layerCount: Int { layers.count }

  func weights(ofInput input: Int) -> [UnsafeMutableBufferPointer<Float>] {
    [layers[0].encoder.weights(ofInput: input, in: parameters.base)]
  }

  /// What the examples must be.
  var exampleCheck: ExampleCheck { ExampleCheck(layers[0].loss.domain).naming(record.columns) }
}
