public import VaelibNumerics

/// A chain of dense layers: hidden layers with one activation, then a linear head.
public struct DenseNetwork: Sendable {
  public let layers: [DenseLayer]

  /// The width of the head.
  public var outputs: Int { layers[layers.count - 1].outputs }

  /// Floating-point operations of a forward pass for one row.
  public var flops: Int { layers.reduce(0) { $0 + 2 * $1.inputs * $1.outputs } }

  /// Appends the network's tensors, "name/0/weight" ... "name/head/bias", to the layout.
  public init(
    _ name: String, inputs: Int, hidden: [Int], outputs: Int, activation: Activation,
    layout: inout ParameterLayout
  ) throws(NetworkError) {
    var layers: [DenseLayer] = []
    var width = inputs
    for (index, units) in hidden.enumerated() {
      layers.append(
        try DenseLayer(
          "\(name)/\(index)", inputs: width, outputs: units, activation: activation, layout: &layout))
      width = units
    }
    layers.append(
      try DenseLayer("\(name)/head", inputs: width, outputs: outputs, activation: .identity, layout: &layout))
    self.layers = layers
  }

  /// The network without the head's outputs from `outputs` on, which shares its tensors. For forward passes alone.
  public func keeping(outputs: Int) -> DenseNetwork {
    DenseNetwork(layers: layers.dropLast() + [layers[layers.count - 1].keeping(outputs: outputs)])
  }

  private init(layers: [DenseLayer]) { self.layers = layers }

  /// The weights of each layer as products of many rows read them.
  public func packWeights(_ parameters: UnsafeMutablePointer<Float>) throws(NumericsError) -> [PackedMatrix] {
    try profiled(.packing) { () throws(NumericsError) in
      try layers.map { (layer) throws(NumericsError) in try PackedMatrix(layer.weight(in: parameters)) }
    }
  }

  /// Runs all layers on `input` [rows, inputs]; the result is `workspace.output(rows)`. With `packed` weights all runs on
  /// the calling thread.
  public func forward(
    parameters: UnsafeMutablePointer<Float>, input: MatrixView, workspace: NetworkWorkspace,
    packed: [PackedMatrix]? = nil
  ) {
    let rows = input.rows
    var input = input
    for (index, layer) in layers.enumerated() {
      let output = workspace.outputs[index].rows(0..<rows)
      layer.forward(
        parameters: parameters, input: input, output: output,
        preActivation: workspace.preActivations[index]?.rows(0..<rows), packed: packed?[index])
      input = output
    }
  }

  /// Back-propagates `workspace.outputGradient(rows)` after a `forward` on the same input.
  ///
  /// Overwrites the gradients of every tensor of the network; `inputGradient` [rows, inputs] may have the first inputs
  /// alone, or be nil.
  public func backward(
    parameters: UnsafeMutablePointer<Float>, gradients: UnsafeMutablePointer<Float>, input: MatrixView,
    workspace: NetworkWorkspace, inputGradient: MatrixView?
  ) {
    let rows = input.rows
    for index in layers.indices.reversed() {
      let gradient = workspace.gradients[index].rows(0..<rows)
      if index == 0 {
        layers[0].backward(
          parameters: parameters, gradients: gradients, input: input, gradient: gradient,
          inputGradient: inputGradient, below: nil)
        return
      }
      let below = workspace.outputs[index - 1].rows(0..<rows)
      let saved = workspace.preActivations[index - 1]?.rows(0..<rows) ?? below
      layers[index].backward(
        parameters: parameters, gradients: gradients, input: below, gradient: gradient,
        inputGradient: workspace.gradients[index - 1].rows(0..<rows),
        below: (layers[index - 1].activation, saved))
    }
  }
}
