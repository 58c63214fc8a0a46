public import VaelibModels

extension VariationalAutoencoder {
  /// What its file holds; `libraryVersion` is noted in it.
  public func contents(libraryVersion: String) -> ModelContents {
    let training = record.configurations[.fit] ?? TrainingConfiguration()
    return ModelContents(
      self, libraryVersion: libraryVersion,
      architecture: VAEConfiguration.parameters.map { $0.attribute(configuration) },
      training: TrainingConfiguration.parameters.map { $0.attribute(training) })
  }
}
