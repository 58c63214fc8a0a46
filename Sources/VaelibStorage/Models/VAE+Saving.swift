public import VaelibModels

extension VariationalAutoencoder {
  /// How many column groups there are, where there are any.
  static let groupCount = "column_group_count"

  /// Attributes of group k are named "column_group_k_likelihood" and so on.
  static func prefix(ofGroup group: Int) -> String { "column_group_\(group)_" }

  private var groupAttributes: [ModelContents.Attribute] {
    if configuration.groups.isEmpty { return [] }
    let count = ModelContents.Attribute(
      name: Self.groupCount, value: .count(configuration.groups.count))
    return [count]
      + configuration.groups.enumerated().flatMap { index, group in
        ColumnGroup.parameters.map { $0.attribute(group, prefix: Self.prefix(ofGroup: index)) }
      }
  }

  /// What its file holds; `libraryVersion` is noted in it.
  public func contents(libraryVersion: String) -> ModelContents {
    let training = record.configurations[.fit] ?? TrainingConfiguration()
    var contents = ModelContents(
      self, libraryVersion: libraryVersion,
      architecture: VAEConfiguration.parameters.filter { $0.isNeeded(configuration) }.map {
        $0.attribute(configuration)
      } + groupAttributes,
      training: TrainingConfiguration.parameters.map { $0.attribute(training) })
    contents.formatVersion =
      configuration.groups.isEmpty
      ? ModelFile.formatVersion(of: configuration, VAEConfiguration.parameters) : ModelFile.formatVersion
    return contents
  }
}
