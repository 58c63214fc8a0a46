import VaelibModels

/// How a stack was trained, and what its classes are called, in its file. Both may be missing.
extension StackedAutoencoder {
  /// Attributes of a phase are named "pretraining_epochs" and so on.
  private static func prefix(_ phase: Phase.Kind) -> String { phase.name + "_" }

  /// The phases that it was trained in.
  var trainingAttributes: [ModelContents.Attribute] {
    Self.phases.flatMap { phase in
      record.configurations[phase].map { configuration in
        TrainingConfiguration.parameters.map { $0.attribute(configuration, prefix: Self.prefix(phase)) }
      } ?? []
    }
  }

  /// The phases whose attributes a file has: all of a phase, or none.
  static func trainingConfigurations(
    _ fields: ModelFields
  ) throws(StorageError) -> [Phase.Kind: TrainingConfiguration] {
    let group = ModelFile.Name.training
    var found: [Phase.Kind: TrainingConfiguration] = [:]
    for phase in phases {
      let names = TrainingConfiguration.parameters.map { prefix(phase) + $0.name }
      var isThere = false
      for name in names where !isThere { isThere = try fields.file.hasAttribute(name, of: group) }
      guard isThere else { continue }
      var configuration = TrainingConfiguration()
      try fields.read(TrainingConfiguration.parameters, group, prefix: prefix(phase), &configuration)
      found[phase] = configuration
    }
    return found
  }

  static func readClassNames(of stack: StackedAutoencoder, _ fields: ModelFields) throws(StorageError) {
    let group = ModelFile.Name.classes
    guard try fields.file.has(group) else { return }
    let names = try fields.names(in: group, count: stack.classes, of: "class", "classes")
    try fields.fitting("group \"\(group)\"") { () throws(ModelError) in try stack.setClassNames(names) }
  }
}
