extension LayerConfiguration {
  /// Every hyper-parameter of a layer, by the names that the header, files and bindings use.
  public static let parameters: [Parameter<LayerConfiguration>] = [
    .count("width", \.width, 1...maximumWidth, "1 to \(maximumWidth)", "Units of the layer's code."),
    .choice("activation", \.activation, "The activation of the code."),
    .flag("tied", \.tied, "1: the decoder's weights are the encoder's, transposed."),
    .choice(
      "loss", orAutomatic: \.loss,
      "cross_entropy for inputs in [0, 1], through a sigmoid; squared_error for real values, with a linear decoder; auto "
        + "is cross_entropy for binary data, grey levels and sigmoid codes."
    ),
    .choice("corruption", \.corruption, "How the layer's input is corrupted while the layer is pretrained."),
    .real(
      "corruption_level", \.corruptionLevel,
      "at least 0; at most 1 except for gaussian",
      "The proportion of corrupted components; gaussian: the standard deviation of the noise.",
      accepts: { $0 >= 0 }),
    .choice(
      "corruption_range", \.corruptionRange,
      "salt_and_pepper sets components to corruption_low or corruption_high (given), or to the minimum or maximum of "
        + "all inputs of the layer (data)."),
    .real(
      "corruption_low", \.corruptionLow, "any finite number",
      "salt_and_pepper, range given: the lower of the two values.", accepts: { _ in true }),
    .real(
      "corruption_high", \.corruptionHigh, "any finite number",
      "salt_and_pepper, range given: the higher of the two values.", accepts: { _ in true }),
    .real(
      "corrupted_weight", \.corruptedWeight, "at least 0",
      "alpha, the weight of corrupted components in the loss.", accepts: { $0 >= 0 }),
    .real(
      "untouched_weight", \.untouchedWeight, "at least 0",
      "beta, the weight of untouched components in the loss.", accepts: { $0 >= 0 }),
    .real(
      "weight_l1", \.weightL1, "at least 0", "Adds weight_l1 * sum |W| to the loss.", accepts: { $0 >= 0 }),
    .real(
      "weight_l2", \.weightL2, "at least 0", "Adds weight_l2 / 2 * sum W^2 to the loss.",
      accepts: { $0 >= 0 }),
    .real(
      "sparsity_target", \.sparsityTarget, "above 0, below 1",
      "The mean activation that the penalty draws sigmoid codes to.", accepts: { $0 > 0 && $0 < 1 }),
    .real(
      "sparsity_weight", \.sparsityWeight, "at least 0",
      "Adds sparsity_weight * sum_j KL(sparsity_target || mean activation of unit j) to the loss.",
      accepts: { $0 >= 0 }),
    .real(
      "contraction_weight", \.contractionWeight, "at least 0",
      "Adds contraction_weight * the squared Frobenius norm of the code's Jacobian to the loss.",
      accepts: { $0 >= 0 }),
    .count(
      "epochs", \.epochs, 0...1_000_000_000, "0 to 1000000000",
      "Passes over the training set in pretraining it; 0 takes those of the training configuration."),
    .real(
      "learning_rate", \.learningRate, "at least 0",
      "The step size in pretraining it; 0 takes that of the training configuration.", accepts: { $0 >= 0 }),
  ]

  /// Whether the layer's noise can only be drawn once all of its inputs have been seen.
  var needsInputRange: Bool {
    corruption == .saltAndPepper && corruptionRange == .data && corruptionLevel > 0
  }

  /// Throws at the first parameter, or pair of them, that is not allowed.
  func validate() throws(ModelError) {
    for parameter in Self.parameters { try parameter.validate(self) }
    if corruption != .gaussian, corruptionLevel > 1 {
      throw .invalidArgument(
        "corruption_level is \(corruptionLevel); \(corruption.rawValue) corrupts a proportion, 0 to 1")
    }
    if corruption == .saltAndPepper, corruptionRange == .given, corruptionLow > corruptionHigh {
      throw .invalidArgument("corruption_low is \(corruptionLow), above corruption_high, \(corruptionHigh)")
    }
    if corruption == .gaussian, corruptedWeight != untouchedWeight {
      throw .invalidArgument(
        "corrupted_weight \(corruptedWeight) differs from untouched_weight \(untouchedWeight), but gaussian noise "
          + "leaves no component untouched; make them equal, or use masking or salt_and_pepper")
    }
    if sparsityWeight > 0, activation != .sigmoid {
      throw .invalidArgument(
        "sparsity_weight is \(sparsityWeight) with activation \(activation.rawValue); a sparsity target needs sigmoid"
      )
    }
  }
}

extension StackConfiguration {
  /// Every hyper-parameter of the stack as a whole.
  public static let parameters: [Parameter<StackConfiguration>] = [
    .count(
      "data_dim", \.dataDimension, 1...maximumWidth, "1 to \(maximumWidth)",
      "The width of an example. Required."
    ).required(),
    .flag(
      "standardize", \.standardize,
      "Stacks whose lowest loss is squared_error: 1 brings each column to mean 0 and deviation 1 inside the model."
    ).added(earlier: .count(0)),
    .choice("initializer", \.initializer, "The distribution of the initial weights; biases start at 0."),
    .real(
      "initializer_stddev", \.initializerStddev, "above 0",
      "The standard deviation of initializer normal.", accepts: { $0 > 0 }),
    .seed("seed", \.seed, "Seed of the initial weights."),
  ]

  /// Throws at the first parameter that is not allowed, or if layers do not fit each other.
  public func validate() throws(ModelError) {
    for parameter in Self.parameters { try parameter.validate(self) }
    guard (1...64).contains(layers.count) else {
      throw .invalidArgument("the stack has \(layers.count) layers; allowed: 1 to 64")
    }
    for (index, layer) in layers.enumerated() {
      do {
        try layer.validate()
      } catch .invalidArgument(let text) {
        throw .invalidArgument("layer \(index): \(text)")
      }
      let below = index > 0 ? layers[index - 1].activation : nil
      if layer.loss == .crossEntropy, let below, below != .sigmoid {
        throw .invalidArgument(
          "layer \(index) has loss cross_entropy, but the \(below.rawValue) codes below are not held to [0, 1]; "
            + "use squared_error")
      }
    }
  }

  /// The width of the input of layer `index`.
  func inputWidth(_ index: Int) -> Int { index == 0 ? dataDimension : layers[index - 1].width }
}
