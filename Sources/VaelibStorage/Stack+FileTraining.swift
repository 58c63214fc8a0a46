import VaelibModels

/// How a stack was trained, and what its classes are called, in its file. Both may be missing.
extension StackedAutoencoder {
  /// Attributes of a phase are named "pretraining_epochs" and so on.
  private static func prefix(_ phase: StackPhase) -> String {
    switch phase {
    case .pretraining: "pretraining_"
    case .supervised: "supervised_"
    case .unsupervised: "unsupervised_"
    }
  }

  /// The phases that it was trained in.
  var trainingAttributes: [ModelContents.Attribute] {
    StackPhase.allCases.flatMap { phase in
      trainingConfigurations[phase].map { configuration in
        TrainingConfiguration.parameters.map { $0.attribute(configuration, prefix: Self.prefix(phase)) }
      } ?? []
    }
  }

  /// The phases whose attributes a file has: all of a phase, or none.
  static func trainingConfigurations(
    _ fields: ModelFields
  ) throws(StorageError) -> [StackPhase: TrainingConfiguration] {
    let group = ModelFile.Name.training
    var found: [StackPhase: TrainingConfiguration] = [:]
    for phase in StackPhase.allCases {
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
    guard let classes = try fields.file.classes(count: stack.classes) else { return }
    do {
      guard let kind = ClassNames.Kind(rawValue: classes.type) else {
        throw ModelError.invalidArgument("the names are of the unknown type \"\(classes.type)\"")
      }
      try stack.setClassNames(try ClassNames(classes.names, kind: kind))
    } catch {
      throw fields.problem("group \"\(ModelFile.Name.classes)\"", "does not fit: \(error)")
    }
  }
}
