import CVaelib
import VaelibModels

/// Translation between the header's configuration structures and the engine's. Values are checked by the one
/// definition of each parameter.
private struct Assignment<Root: Sendable> {
  let parameters: [Parameter<Root>]
  var root: Root

  mutating func count(_ name: String, _ value: Int) throws { try set(name, .count(value)) }
  mutating func real(_ name: String, _ value: Double) throws { try set(name, .real(value)) }
  mutating func seed(_ name: String, _ value: UInt64) throws { try set(name, .seed(value)) }

  mutating func choice(_ name: String, _ value: UnsafePointer<CChar>?) throws {
    try set(name, .text(try Arguments.text(value, name)))
  }

  mutating func widths(_ name: String, _ values: UnsafePointer<Int>?, _ count: Int) throws {
    guard (0...4096).contains(count) else {
      throw BoundaryError.argument(
        "\(name)_count is \(UInt(bitPattern: count)); at most 64 layers are allowed")
    }
    if count > 0, values == nil {
      throw BoundaryError.argument("\(name) is NULL but \(name)_count is \(count)")
    }
    try set(name, .widths(Array(UnsafeBufferPointer(start: values, count: count))))
  }

  private mutating func set(_ name: String, _ value: ParameterValue) throws {
    guard let parameter = parameters.first(where: { $0.name == name }) else {
      throw BoundaryError.argument("there is no parameter \(name)")
    }
    try parameter.set(&root, value)
  }
}

extension VAEConfiguration {
  init(_ c: vaelib_vae_config) throws {
    var assignment = Assignment(parameters: Self.parameters, root: VAEConfiguration())
    try assignment.count("data_dim", c.data_dim)
    try assignment.count("latent_dim", c.latent_dim)
    try assignment.widths("hidden", c.hidden, c.hidden_count)
    if c.decoder_hidden != nil || c.decoder_hidden_count != 0 {
      try assignment.widths("decoder_hidden", c.decoder_hidden, c.decoder_hidden_count)
    }
    try assignment.choice("activation", c.activation)
    try assignment.choice("likelihood", c.likelihood)
    try assignment.choice("variance", c.variance)
    try assignment.choice("mean_activation", c.mean_activation)
    try assignment.real("noise_stddev", c.noise_stddev)
    try assignment.real("stddev_floor", c.stddev_floor)
    try assignment.choice("initializer", c.initializer)
    try assignment.real("initializer_stddev", c.initializer_stddev)
    try assignment.seed("seed", c.seed)
    self = assignment.root
  }

  var cStruct: vaelib_vae_config {
    var c = vaelib_vae_config()
    c.data_dim = dataDimension
    c.latent_dim = latentDimension
    c.hidden = Constants.widths(hidden)
    c.hidden_count = hidden.count
    if let decoderHidden {
      c.decoder_hidden = Constants.widths(decoderHidden)
      c.decoder_hidden_count = decoderHidden.count
    }
    c.activation = Constants.string(activation.rawValue)
    c.likelihood = Constants.string(likelihood.rawValue)
    c.variance = Constants.string(variance.rawValue)
    c.mean_activation = Constants.string(meanActivation.rawValue)
    c.noise_stddev = noiseStddev
    c.stddev_floor = stddevFloor
    c.initializer = Constants.string(initializer.rawValue)
    c.initializer_stddev = initializerStddev
    c.seed = seed
    return c
  }
}

extension TrainingConfiguration {
  init(_ c: vaelib_training_config) throws {
    var assignment = Assignment(parameters: Self.parameters, root: TrainingConfiguration())
    try assignment.count("epochs", c.epochs)
    try assignment.count("batch_size", c.batch_size)
    try assignment.choice("estimator", c.estimator)
    try assignment.count("samples", c.samples)
    try assignment.real("beta", c.beta)
    try assignment.real("kl_warmup_epochs", c.kl_warmup_epochs)
    try assignment.choice("binarization", c.binarization)
    try assignment.choice("optimizer", c.optimizer)
    try assignment.real("learning_rate", c.learning_rate)
    try assignment.real("momentum", c.momentum)
    try assignment.count("nesterov", c.nesterov)
    try assignment.real("beta1", c.beta1)
    try assignment.real("beta2", c.beta2)
    try assignment.real("epsilon", c.epsilon)
    try assignment.choice("schedule", c.schedule)
    try assignment.real("schedule_epochs", c.schedule_epochs)
    try assignment.real("schedule_factor", c.schedule_factor)
    try assignment.real("warmup_epochs", c.warmup_epochs)
    try assignment.real("weight_decay", c.weight_decay)
    try assignment.real("gradient_clip_norm", c.gradient_clip_norm)
    try assignment.count("patience", c.patience)
    try assignment.real("dropout", c.dropout)
    try assignment.seed("seed", c.seed)
    self = assignment.root
  }

  var cStruct: vaelib_training_config {
    var c = vaelib_training_config()
    c.epochs = epochs
    c.batch_size = batchSize
    c.estimator = Constants.string(estimator.rawValue)
    c.samples = samples
    c.beta = beta
    c.kl_warmup_epochs = klWarmupEpochs
    c.binarization = Constants.string(binarization.rawValue)
    c.optimizer = Constants.string(optimizer.rawValue)
    c.learning_rate = learningRate
    c.momentum = momentum
    c.nesterov = nesterov
    c.beta1 = beta1
    c.beta2 = beta2
    c.epsilon = epsilon
    c.schedule = Constants.string(schedule.rawValue)
    c.schedule_epochs = scheduleEpochs
    c.schedule_factor = scheduleFactor
    c.warmup_epochs = warmupEpochs
    c.weight_decay = weightDecay
    c.gradient_clip_norm = gradientClipNorm
    c.patience = patience
    c.dropout = dropout
    c.seed = seed
    return c
  }
}

extension LayerConfiguration {
  init(_ c: vaelib_layer_config) throws {
    var assignment = Assignment(parameters: Self.parameters, root: LayerConfiguration())
    try assignment.count("width", c.width)
    try assignment.choice("activation", c.activation)
    try assignment.count("tied", c.tied)
    try assignment.choice("loss", c.loss)
    try assignment.choice("corruption", c.corruption)
    try assignment.real("corruption_level", c.corruption_level)
    try assignment.choice("corruption_range", c.corruption_range)
    try assignment.real("corruption_low", c.corruption_low)
    try assignment.real("corruption_high", c.corruption_high)
    try assignment.real("corrupted_weight", c.corrupted_weight)
    try assignment.real("untouched_weight", c.untouched_weight)
    try assignment.real("weight_l1", c.weight_l1)
    try assignment.real("weight_l2", c.weight_l2)
    try assignment.real("sparsity_target", c.sparsity_target)
    try assignment.real("sparsity_weight", c.sparsity_weight)
    try assignment.real("contraction_weight", c.contraction_weight)
    try assignment.count("epochs", c.epochs)
    try assignment.real("learning_rate", c.learning_rate)
    self = assignment.root
  }

  var cStruct: vaelib_layer_config {
    var c = vaelib_layer_config()
    c.struct_size = MemoryLayout<vaelib_layer_config>.size
    c.width = width
    c.activation = Constants.string(activation.rawValue)
    c.tied = tied
    c.loss = Constants.string(loss.rawValue)
    c.corruption = Constants.string(corruption.rawValue)
    c.corruption_level = corruptionLevel
    c.corruption_range = Constants.string(corruptionRange.rawValue)
    c.corruption_low = corruptionLow
    c.corruption_high = corruptionHigh
    c.corrupted_weight = corruptedWeight
    c.untouched_weight = untouchedWeight
    c.weight_l1 = weightL1
    c.weight_l2 = weightL2
    c.sparsity_target = sparsityTarget
    c.sparsity_weight = sparsityWeight
    c.contraction_weight = contractionWeight
    c.epochs = epochs
    c.learning_rate = learningRate
    return c
  }
}

extension StackConfiguration {
  init(_ c: vaelib_stack_config) throws {
    var assignment = Assignment(parameters: Self.parameters, root: StackConfiguration())
    try assignment.count("data_dim", c.data_dim)
    try assignment.choice("initializer", c.initializer)
    try assignment.real("initializer_stddev", c.initializer_stddev)
    try assignment.seed("seed", c.seed)
    self = assignment.root
    layers = try Self.layers(c.layers, count: c.layer_count)
  }

  /// The caller's array of layers, whose elements have the size that the first one states.
  private static func layers(
    _ first: UnsafePointer<vaelib_layer_config>?, count: Int
  ) throws -> [LayerConfiguration] {
    guard (1...64).contains(count) else {
      throw BoundaryError.argument("layer_count is \(UInt(bitPattern: count)); allowed: 1 to 64")
    }
    guard let first else { throw BoundaryError.argument("layers is NULL but layer_count is \(count)") }
    _ = try SizedStruct.read(first, "layers[0]")
    let stride = first.pointee.struct_size
    return try (0..<count).map { index in
      let layer = (UnsafeRawPointer(first) + index * stride).assumingMemoryBound(to: vaelib_layer_config.self)
      if layer.pointee.struct_size != stride {
        throw BoundaryError.argument(
          "layers[\(index)].struct_size is \(layer.pointee.struct_size), that of layers[0] \(stride); all must agree"
        )
      }
      do {
        return try LayerConfiguration(try SizedStruct.read(layer, "layers[\(index)]"))
      } catch let error as ModelError {
        throw BoundaryError.argument("layer \(index): \(error)")
      } catch let BoundaryError.argument(text) {
        throw BoundaryError.argument("layer \(index): \(text)")
      }
    }
  }
}

extension EvaluationConfiguration {
  /// The defaults where `pointer` is NULL.
  init(_ pointer: UnsafePointer<vaelib_evaluation_config>?) throws {
    self.init()
    if pointer == nil { return }
    let c = try SizedStruct.read(pointer, "config")
    var assignment = Assignment(parameters: Self.parameters, root: self)
    try assignment.count("samples", c.samples)
    try assignment.choice("estimator", c.estimator)
    try assignment.choice("binarization", c.binarization)
    try assignment.seed("seed", c.seed)
    self = assignment.root
  }

  var cStruct: vaelib_evaluation_config {
    var c = vaelib_evaluation_config()
    c.samples = samples
    c.estimator = Constants.string(estimator.rawValue)
    c.binarization = Constants.string(binarization.rawValue)
    c.seed = seed
    return c
  }
}
