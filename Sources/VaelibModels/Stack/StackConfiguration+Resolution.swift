extension LayerConfiguration {
  /// Decides on `examples`, as the inputs of the lowest layer, what was left to them: the loss. Binary data and grey
  /// levels get the cross-entropy, all others the squared error.
  ///
  /// Throws what the source throws.
  public mutating func resolve(for examples: any ExampleSource, isCancelled: @escaping () -> Bool = { false })
    throws
  {
    guard loss == nil else { return }
    loss =
      switch try ValueKind.of(examples, isCancelled: isCancelled) {
      case .binary, .levels: .crossEntropy
      case .real: .squaredError
      }
  }
}

extension StackConfiguration {
  /// With the losses decided that follow from the codes below: sigmoid codes get the cross-entropy, others the squared
  /// error.
  func withUpperLosses() throws(ModelError) -> StackConfiguration {
    guard layers.first?.loss != nil else {
      throw .invalidArgument(
        "the loss of layer 0 is auto, and no examples were looked at to decide it: show it some "
          + "(vaelib_layer_config_resolve(), in Python initialize(X)), or choose "
          + ReconstructionLoss.allCases.map(\.rawValue).joined(separator: " or "))
    }
    var decided = self
    for index in layers.indices.dropFirst() where layers[index].loss == nil {
      decided.layers[index].loss = layers[index - 1].activation == .sigmoid ? .crossEntropy : .squaredError
    }
    return decided
  }
}
