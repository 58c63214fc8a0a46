public import VaelibModels

extension VariationalAutoencoder {
  /// Writes the model to a file, which appears complete or not at all; `libraryVersion` is noted in it.
  public func save(to path: String, libraryVersion: String) throws(StorageError) {
    try ModelFile.write(contents(libraryVersion: libraryVersion), to: path)
  }

  /// What its file holds.
  func contents(libraryVersion: String) -> ModelContents {
    ModelContents(
      kind: Self.fileKind, libraryVersion: libraryVersion,
      architecture: VAEConfiguration.parameters.map { $0.attribute(configuration) },
      training: TrainingConfiguration.parameters.map { $0.attribute(trainingConfiguration) },
      data: [
        .init(name: DataAttribute.scale, value: .real(dataScale)),
        .init(name: DataAttribute.shift, value: .real(dataShift)),
      ],
      tensors: layout.tensors.map { tensor in
        ModelContents.Tensor(
          name: tensor.name, shape: tensor.fileShape,
          values: Array(UnsafeBufferPointer(start: parameters.base + tensor.offset, count: tensor.count)))
      },
      history: HistoryColumn.all.map { column in
        .init(name: column.name, values: history.map(column.get))
      })
  }
}

extension Parameter {
  fileprivate func attribute(_ root: Root) -> ModelContents.Attribute {
    let value: AttributeValue =
      switch get(root) {
      case .count(let value): .count(value)
      case .real(let value): .real(value)
      case .text(let value): .text(value)
      case .widths(let value): .counts(value)
      case .seed(let value): .seed(value)
      }
    return .init(name: name, value: value)
  }
}
