extension LayerConfiguration {
  /// Decides on `examples`, as the inputs of the lowest layer, what was left to them: the loss. Binary data and grey
  /// levels get the cross-entropy, all others the squared error.
  ///
  /// Throws what the source throws.
  public mutating func resolve(for examples: any ExampleSource) throws {
    guard loss == nil else { return }
    loss = try ValueKind.of(examples).isOfProbabilities ? .crossEntropy : .squaredError
  }
}

extension StackConfiguration {
  /// The loss of each layer. Those that are left to the codes below are the cross-entropy for sigmoid codes, the squared
  /// error for others.
  func decidedLosses() throws(ModelError) -> [ReconstructionLoss] {
    guard let lowest = layers.first?.loss else {
      throw .invalidArgument(
        "the loss of layer 0 is auto, and no examples were looked at to decide it: show it some "
          + "(vaelib_layer_config_resolve(), in Python initialize(X)), or choose "
          + ReconstructionLoss.allCases.map(\.rawValue).joined(separator: " or "))
    }
    return [lowest]
      + zip(layers, layers.dropFirst()).map { below, layer in
        layer.loss ?? (below.activation == .sigmoid ? .crossEntropy : .squaredError)
      }
  }
}
