public import VaelibModels

extension VariationalAutoencoder {
  /// What its file holds; `libraryVersion` is noted in it.
  public func contents(libraryVersion: String) -> ModelContents {
    let training = record.configurations[.fit] ?? TrainingConfiguration()
    var contents = ModelContents(
      self, libraryVersion: libraryVersion,
      architecture: VAEConfiguration.parameters.filter { $0.isNeeded(configuration) }.map {
        $0.attribute(configuration)
      },
      training: TrainingConfiguration.parameters.map { $0.attribute(training) })
    contents.formatVersion = ModelFile.formatVersion(of: configuration, VAEConfiguration.parameters)
    return contents
  }
}
