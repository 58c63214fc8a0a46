public import VaelibModels

extension VariationalAutoencoder {
  /// Writes the model to a file, which appears complete or not at all; `libraryVersion` is noted in it.
  public func save(to path: String, libraryVersion: String) throws(StorageError) {
    try ModelFile.write(contents(libraryVersion: libraryVersion), to: path)
  }

  /// What its file holds.
  public func contents(libraryVersion: String) -> ModelContents {
    let training = record.configurations[.fit] ?? TrainingConfiguration()
    return ModelContents(
      self, libraryVersion: libraryVersion,
      architecture: VAEConfiguration.parameters.map { $0.attribute(configuration) },
      training: TrainingConfiguration.parameters.map { $0.attribute(training) })
  }
}
