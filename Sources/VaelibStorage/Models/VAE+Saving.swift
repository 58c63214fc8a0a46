public import VaelibModels

extension VariationalAutoencoder {
  /// The values that each parameter of column groups has.
  private var groupParameters: [ModelContents.GroupParameter] {
    if configuration.groups.isEmpty { return [] }
    return ColumnGroup.parameters.map { parameter in
      let values = configuration.groups.map(parameter.get)
      let texts = values.compactMap { if case .text(let text) = $0 { text } else { nil } }
      return ModelContents.GroupParameter(
        name: parameter.name,
        values: texts.isEmpty ? .numbers(values.compactMap(\.number)) : .texts(texts))
    }
  }

  /// What its file holds; `libraryVersion` is noted in it.
  public func contents(libraryVersion: String) -> ModelContents {
    let training = record.configurations[.fit] ?? TrainingConfiguration()
    var contents = ModelContents(
      self, libraryVersion: libraryVersion,
      architecture: VAEConfiguration.parameters.filter { $0.isNeeded(configuration) }.map {
        $0.attribute(configuration)
      },
      training: TrainingConfiguration.parameters.map { $0.attribute(training) })
    contents.columnGroups = groupParameters
    let needed =
      configuration.groups.isEmpty
      ? ModelFile.formatVersion(of: configuration, VAEConfiguration.parameters) : ModelFile.formatVersion
    contents.formatVersion = max(contents.formatVersion, needed)
    return contents
  }
}

extension ParameterValue {
  /// A count or a real number.
  fileprivate var number: Double? {
    switch self {
    case .count(let value): Double(value)
    case .real(let value): value
    case .text, .widths, .seed: nil
    }
  }
}
