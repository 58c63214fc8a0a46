public import VaelibModels
import VaelibNetworks
import VaelibNumerics

extension VariationalAutoencoder {
  /// Reads a model file. Everything in it is checked; the error names the file and what was wrong in it.
  public static func load(from path: String) throws(StorageError) -> VariationalAutoencoder {
    try ModelFile.read(path) { (file) throws(StorageError) in try VAEReader(file: file, path: path).read() }
  }
}

/// Turns what a file holds into what a model is, or says what does not fit.
private struct VAEReader {
  let file: ModelReader
  let path: String

  func read() throws(StorageError) -> VariationalAutoencoder {
    let kind = try file.text(ModelFile.Name.kind)
    guard kind == VariationalAutoencoder.fileKind else {
      throw problem("attribute \"kind\"", "is \"\(kind)\"; expected \"\(VariationalAutoencoder.fileKind)\"")
    }
    let model = try makeModel(try readConfiguration())
    try readTensors(into: model)
    try read(TrainingConfiguration.parameters, ModelFile.Name.training, &model.trainingConfiguration)
    model.dataScale = try real(VariationalAutoencoder.DataAttribute.scale)
    model.dataShift = try real(VariationalAutoencoder.DataAttribute.shift)
    model.history = try history()
    return model
  }

  private func problem(_ object: String, _ reason: String) -> StorageError {
    .format(path: path, object: object, reason: reason)
  }

  private func readConfiguration() throws(StorageError) -> VAEConfiguration {
    var configuration = VAEConfiguration()
    try read(VAEConfiguration.parameters, ModelFile.Name.architecture, &configuration)
    return configuration
  }

  /// Sets every parameter from the attribute of its name; none may be missing.
  private func read<Root>(
    _ parameters: [Parameter<Root>], _ group: String, _ root: inout Root
  ) throws(StorageError) {
    for parameter in parameters {
      let value = try file.attribute(parameter.name, of: group)
      do {
        try parameter.set(&root, value.parameterValue)
      } catch {
        throw problem("attribute \"\(group)/\(parameter.name)\"", "does not fit: \(error)")
      }
    }
  }

  /// The model of an architecture, if the file is large enough to hold its weights.
  private func makeModel(_ configuration: VAEConfiguration) throws(StorageError) -> VariationalAutoencoder {
    let architecture = "group \"\(ModelFile.Name.architecture)\""
    let encoder = [configuration.dataDimension] + configuration.hidden + [configuration.latentDimension]
    let decoder = (configuration.decoderHidden ?? []) + [configuration.dataDimension]
    // No overflow: widths are at most 2^24 and layers at most 64.
    let count = [encoder, decoder].reduce(0) { $0 + zip($1, $1.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } }
    guard count <= file.byteCount / MemoryLayout<Float>.size else {
      throw problem(
        architecture, "does not fit: a model of these widths has more weights than the file holds")
    }
    do {
      return try VariationalAutoencoder(configuration)
    } catch NumericsError.outOfMemory(let bytes) {
      throw .memory(path: path, byteCount: bytes ?? .max)
    } catch {
      throw problem(architecture, "does not fit: \(error)")
    }
  }

  private func readTensors(into model: VariationalAutoencoder) throws(StorageError) {
    for tensor in model.layout.tensors {
      let values = UnsafeMutableBufferPointer(
        start: model.parameters.base + tensor.offset, count: tensor.count)
      try file.readTensor(tensor.name, shape: tensor.fileShape, into: values)
      if let index = values.firstIndex(where: { !$0.isFinite }) {
        throw problem(
          "dataset \"\(ModelFile.Name.weights)/\(tensor.name)\"",
          "holds \(values[index]) at place \(index); every weight must be finite")
      }
    }
  }

  private func real(_ name: String) throws(StorageError) -> Double {
    guard case .real(let value) = try file.attribute(name, of: ModelFile.Name.data), value.isFinite else {
      throw problem("attribute \"\(ModelFile.Name.data)/\(name)\"", "should be a finite real number")
    }
    return value
  }

  private func history() throws(StorageError) -> [EpochRecord] {
    let columns = try HistoryColumn.all.map { column throws(StorageError) in try file.column(column.name) }
    let count = columns.first?.count ?? 0
    for (column, values) in zip(HistoryColumn.all, columns) where values.count != count {
      throw problem(
        "dataset \"\(ModelFile.Name.history)/\(column.name)\"",
        "has \(values.count) values; the other columns have \(count)")
    }
    var records = [EpochRecord](repeating: EpochRecord(), count: count)
    for (column, values) in zip(HistoryColumn.all, columns) {
      for index in 0..<count { column.set(&records[index], values[index]) }
    }
    return records
  }
}

extension AttributeValue {
  fileprivate var parameterValue: ParameterValue {
    switch self {
    case .count(let value): .count(value)
    case .real(let value): .real(value)
    case .text(let value): .text(value)
    case .counts(let value): .widths(value)
    case .seed(let value): .seed(value)
    }
  }
}
