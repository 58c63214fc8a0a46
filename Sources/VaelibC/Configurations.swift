import CVaelib
import VaelibModels

// Conversion between the header's configuration structures and the engine's.

let vaeFields = ConfigurationFields(VAEConfiguration.parameters, in: vaelib_vae_config.self)
let trainingFields = ConfigurationFields(
  TrainingConfiguration.parameters, in: vaelib_training_config.self)
let stackFields = ConfigurationFields(StackConfiguration.parameters, in: vaelib_stack_config.self)
let layerFields = ConfigurationFields(LayerConfiguration.parameters, in: vaelib_layer_config.self)
let evaluationFields = ConfigurationFields(
  EvaluationConfiguration.parameters, in: vaelib_evaluation_config.self)

extension VAEConfiguration {
  init(_ c: vaelib_vae_config) throws {
    self.init()
    try vaeFields.read(c, into: &self)
  }

  var cStruct: vaelib_vae_config {
    var c = vaelib_vae_config()
    vaeFields.write(self, to: &c)
    return c
  }
}

extension TrainingConfiguration {
  init(_ c: vaelib_training_config) throws {
    self.init()
    try trainingFields.read(c, into: &self)
  }

  var cStruct: vaelib_training_config {
    var c = vaelib_training_config()
    trainingFields.write(self, to: &c)
    return c
  }
}

extension LayerConfiguration {
  init(_ c: vaelib_layer_config) throws {
    self.init()
    try layerFields.read(c, into: &self)
  }

  var cStruct: vaelib_layer_config {
    var c = vaelib_layer_config()
    c.struct_size = MemoryLayout<vaelib_layer_config>.size
    layerFields.write(self, to: &c)
    return c
  }
}

extension StackConfiguration {
  init(_ c: vaelib_stack_config) throws {
    self.init()
    try stackFields.read(c, into: &self)
    layers = try Self.layers(c.layers, count: c.layer_count)
  }

  /// `layers` are those of the configuration.
  func cStruct(layers first: UnsafePointer<vaelib_layer_config>?) -> vaelib_stack_config {
    var c = vaelib_stack_config()
    stackFields.write(self, to: &c)
    c.layers = first
    c.layer_count = layers.count
    return c
  }

  /// The caller's array of layers, whose elements have the size that the first one states.
  private static func layers(
    _ first: UnsafePointer<vaelib_layer_config>?, count: Int
  ) throws -> [LayerConfiguration] {
    guard (1...64).contains(count) else {
      throw BoundaryError.argument("layer_count is \(UInt(bitPattern: count)); allowed: 1 to 64")
    }
    guard let first else {
      throw BoundaryError.argument("layers is NULL but layer_count is \(UInt(bitPattern: count))")
    }
    _ = try SizedStruct.read(first, "layers[0]")
    let stride = first.pointee.struct_size
    return try (0..<count).map { index in
      let layer = (UnsafeRawPointer(first) + index * stride).assumingMemoryBound(to: vaelib_layer_config.self)
      if layer.pointee.struct_size != stride {
        throw BoundaryError.argument(
          "layers[\(index)].struct_size is \(UInt(bitPattern: layer.pointee.struct_size)), but that of layers[0] is \(stride)"
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
    try evaluationFields.read(try SizedStruct.read(pointer, "config"), into: &self)
  }

  var cStruct: vaelib_evaluation_config {
    var c = vaelib_evaluation_config()
    evaluationFields.write(self, to: &c)
    return c
  }
}
