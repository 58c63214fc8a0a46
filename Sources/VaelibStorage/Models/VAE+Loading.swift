public import VaelibModels

extension VariationalAutoencoder {
  /// Reads what its file holds. Everything in it is checked; the error names the file and what was wrong in it.
  public static func read(_ fields: ModelFields) throws(StorageError) -> VariationalAutoencoder {
    try fields.checkKind(kind)
    var configuration = VAEConfiguration()
    try fields.read(VAEConfiguration.parameters, ModelFile.Name.architecture, &configuration)
    try readGroups(fields, into: &configuration)
    try fields.checkSize([
      [configuration.inputWidth] + configuration.hidden + [configuration.latentDimension],
      (configuration.decoderHidden ?? []) + [configuration.inputWidth],
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

  /// Files of models whose columns are of one kind have none.
  private static func readGroups(
    _ fields: ModelFields, into configuration: inout VAEConfiguration
  ) throws(StorageError) {
    let group = ModelFile.Name.architecture
    guard try fields.file.hasAttribute(groupCount, of: group) else { return }
    let count = try fields.count(groupCount, 1...configuration.dataDimension)
    for index in 0..<count {
      var columns = ColumnGroup()
      try fields.read(ColumnGroup.parameters, group, prefix: prefix(ofGroup: index), &columns)
      configuration.groups.append(columns)
    }
  }
}
