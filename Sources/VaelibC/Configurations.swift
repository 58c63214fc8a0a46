import CVaelib
import VaelibModels

// Conversion between the header's configuration structures and the engine's.

let vaeFields = ConfigurationFields(VAEConfiguration.parameters, in: vaelib_vae_config.self)
let trainingFields = ConfigurationFields(
  TrainingConfiguration.parameters, in: vaelib_training_config.self)
let stackFields = ConfigurationFields(StackConfiguration.parameters, in: vaelib_stack_config.self)
let layerFields = ConfigurationFields(LayerConfiguration.parameters, in: vaelib_layer_config.self)
let columnGroupFields = ConfigurationFields(ColumnGroup.parameters, in: vaelib_column_group.self)
let evaluationFields = ConfigurationFields(
  EvaluationConfiguration.parameters, in: vaelib_evaluation_config.self)
let imputationFields = ConfigurationFields(
  ImputationConfiguration.parameters, in: vaelib_imputation_config.self)

extension VAEConfiguration {
  init(_ c: vaelib_vae_config) throws {
    self.init()
    try vaeFields.read(c, into: &self)
    if c.column_groups == nil, c.column_group_count == 0 { return }
    groups = try ConfigurationArray.read(
      c.column_groups, count: c.column_group_count, most: dataDimension, field: "column_groups",
      item: "column group"
    ) { try ColumnGroup($0) }
  }

  /// `groups` are those of the configuration.
  func cStruct(groups first: UnsafePointer<vaelib_column_group>?) -> vaelib_vae_config {
    var c = vaelib_vae_config()
    vaeFields.write(self, to: &c)
    c.column_groups = groups.isEmpty ? nil : first
    c.column_group_count = groups.count
    return c
  }
}

extension ColumnGroup {
  init(_ c: vaelib_column_group) throws {
    self.init()
    try columnGroupFields.read(c, into: &self)
  }

  var cStruct: vaelib_column_group {
    var c = vaelib_column_group()
    c.struct_size = MemoryLayout<vaelib_column_group>.size
    columnGroupFields.write(self, to: &c)
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
    layers = try ConfigurationArray.read(
      c.layers, count: c.layer_count, most: 64, field: "layers", item: "layer"
    ) { try LayerConfiguration($0) }
  }

  /// `layers` are those of the configuration.
  func cStruct(layers first: UnsafePointer<vaelib_layer_config>?) -> vaelib_stack_config {
    var c = vaelib_stack_config()
    stackFields.write(self, to: &c)
    c.layers = first
    c.layer_count = layers.count
    return c
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

extension ImputationConfiguration {
  /// The defaults where `pointer` is NULL.
  init(_ pointer: UnsafePointer<vaelib_imputation_config>?) throws {
    self.init()
    if pointer == nil { return }
    try imputationFields.read(try SizedStruct.read(pointer, "config"), into: &self)
  }

  var cStruct: vaelib_imputation_config {
    var c = vaelib_imputation_config()
    imputationFields.write(self, to: &c)
    return c
  }
}
