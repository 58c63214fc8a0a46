public import VaelibModels

extension VariationalAutoencoder {
  /// Reads what its file holds. Everything in it is checked; the error names the file and what was wrong in it.
  public static func read(_ fields: ModelFields) throws(StorageError) -> VariationalAutoencoder {
    try fields.checkKind(kind)
    var configuration = VAEConfiguration()
    try fields.read(VAEConfiguration.parameters, ModelFile.Name.architecture, &configuration)
    try fields.checkSize([
      [configuration.dataDimension] + configuration.hidden + [configuration.latentDimension],
      (configuration.decoderHidden ?? []) + [configuration.dataDimension],
    ])
    let model = try fields.making { try VariationalAutoencoder(configuration) }
    try fields.readTensors(model.layout, into: model.parameters)
    try fields.checkStandardization(of: model)
    var training = TrainingConfiguration()
    try fields.read(TrainingConfiguration.parameters, ModelFile.Name.training, &training)
    let record = try fields.record(configurations: [.fit: training])
    model.changeRecord { $0 = record }
    return model
  }
}
