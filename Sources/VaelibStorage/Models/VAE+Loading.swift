public import VaelibModels

extension VariationalAutoencoder {
  /// Reads what its file holds. Everything in it is checked; the error names the file and what was wrong in it.
  public static func read(_ fields: ModelFields) throws(StorageError) -> VariationalAutoencoder {
    try fields.checkKind(kind)
    var configuration = VAEConfiguration()
    try fields.read(VAEConfiguration.parameters, ModelFile.Name.architecture, &configuration)
    try readGroups(fields, into: &configuration)
    try fields.checkSize(
      [
        [configuration.inputWidth] + configuration.hidden + [configuration.latentDimension],
        [configuration.latentDimension + configuration.conditionWidth] + configuration.decoderWidths
          + [configuration.outputWidth],
      ]
        + configuration.groups.filter { $0.options.variance == .byCondition }.map {
          [configuration.conditionWidth, $0.columns]
        })
    let model = try fields.making { try VariationalAutoencoder(configuration) }
    try fields.readTensors(model.layout, into: model.parameters)
    try fields.checkStandardization(of: model)
    var training = TrainingConfiguration()
    try fields.read(TrainingConfiguration.parameters, ModelFile.Name.training, &training)
    let record = try fields.record(configurations: [.fit: training])
    model.changeRecord { $0 = record }
    try fields.readColumnNames(of: model)
    try fields.readCategoryNames(of: model)
    return model
  }

  /// Files of models whose columns are of one kind have none.
  private static func readGroups(
    _ fields: ModelFields, into configuration: inout VAEConfiguration
  ) throws(StorageError) {
    let folder = ModelFile.Name.columnGroups
    guard try fields.file.has(folder) else { return }
    let count = try fields.file.numbers(HDF5.Session.join(folder, "columns")).count
    guard (1...configuration.dataDimension).contains(count) else {
      throw fields.problem(
        "dataset \"\(folder)/columns\"",
        "has \(count) values; expected 1 to \(configuration.dataDimension), one for each group of columns")
    }
    configuration.groups = Array(repeating: ColumnGroup(), count: count)
    for parameter in ColumnGroup.parameters {
      let path = HDF5.Session.join(folder, parameter.name)
      let values: [ParameterValue]
      if let earlier = parameter.earlierValue, try !fields.file.has(path) {
        values = Array(repeating: earlier, count: count)
      } else {
        values = try fields.values(of: parameter, path, count: count)
      }
      for (index, value) in values.enumerated() {
        do {
          try parameter.set(&configuration.groups[index], value)
        } catch {
          throw fields.problem(
            "dataset \"\(folder)/\(parameter.name)\"", "does not fit at place \(index): \(error)")
        }
      }
    }
  }
}
