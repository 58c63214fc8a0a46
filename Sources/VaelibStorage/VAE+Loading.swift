public import VaelibModels
import VaelibNetworks

extension VariationalAutoencoder {
  /// Reads a model file. Everything in it is checked; the error names the file and what was wrong in it.
  public static func load(from path: String) throws -> VariationalAutoencoder {
    let reader = ModelContentsReader(path: path, contents: try ModelFile.read(path))
    if reader.contents.kind != fileKind {
      throw reader.problem("attribute \"kind\"", "is \"\(reader.contents.kind)\"; expected \"\(fileKind)\"")
    }
    var configuration = VAEConfiguration()
    try reader.read(
      VAEConfiguration.parameters, from: reader.contents.architecture, "architecture", &configuration)
    try reader.checkSize(configuration)
    let model = try VariationalAutoencoder(configuration)
    try reader.readTensors(into: model)
    try reader.read(
      TrainingConfiguration.parameters, from: reader.contents.training, "training",
      &model.trainingConfiguration)
    model.dataScale = try reader.real(DataAttribute.scale)
    model.dataShift = try reader.real(DataAttribute.shift)
    model.history = try reader.history()
    return model
  }
}

/// Turns what a file holds into what a model is, or says what does not fit.
private struct ModelContentsReader {
  let path: String
  let contents: ModelContents

  func problem(_ object: String, _ reason: String) -> StorageError {
    .format(path: path, object: object, reason: reason)
  }

  /// Sets every parameter from the attribute of its name; none may be missing.
  func read<Root>(
    _ parameters: [Parameter<Root>], from attributes: [ModelContents.Attribute], _ group: String,
    _ root: inout Root
  ) throws(StorageError) {
    for parameter in parameters {
      let object = "attribute \"\(group)/\(parameter.name)\""
      guard let attribute = attributes.first(where: { $0.name == parameter.name }) else {
        throw problem(object, "is missing; the file is incomplete")
      }
      do {
        try parameter.set(&root, attribute.value.parameterValue)
      } catch {
        throw problem(object, "does not fit: \(error)")
      }
    }
  }

  /// Makes sure that the stated architecture is no larger than the tensors that are there, before memory is taken.
  func checkSize(_ configuration: VAEConfiguration) throws(StorageError) {
    let stored = contents.tensors.reduce(0) { $0 + $1.values.count }
    let widths = [configuration.dataDimension, configuration.latentDimension] + configuration.hidden
    if let width = widths.first(where: { $0 > stored }) {
      throw problem("group \"weights\"", "holds \(stored) numbers, too few for a layer of width \(width)")
    }
    let pairs = zip([configuration.dataDimension] + configuration.hidden, configuration.hidden)
    if pairs.contains(where: { $0.multipliedReportingOverflow(by: $1).overflow || $0 * $1 > stored }) {
      throw problem("group \"weights\"", "holds \(stored) numbers, too few for the stated architecture")
    }
  }

  func readTensors(into model: VariationalAutoencoder) throws(StorageError) {
    for tensor in model.layout.tensors {
      let object = "dataset \"weights/\(tensor.name)\""
      guard let stored = contents.tensors.first(where: { $0.name == tensor.name }) else {
        throw problem(object, "is missing; expected shape \(tensor.fileShape)")
      }
      if stored.shape != tensor.fileShape {
        throw problem(object, "has shape \(stored.shape); the architecture says \(tensor.fileShape)")
      }
      if let index = stored.values.firstIndex(where: { !$0.isFinite }) {
        throw problem(object, "holds \(stored.values[index]) at place \(index); every weight must be finite")
      }
      stored.values.withUnsafeBufferPointer { values in
        guard let base = values.baseAddress else { return }
        (model.parameters.base + tensor.offset).update(from: base, count: tensor.count)
      }
    }
    if contents.tensors.count != model.layout.tensors.count {
      throw problem(
        "group \"weights\"",
        "holds \(contents.tensors.count) datasets; the architecture has \(model.layout.tensors.count)")
    }
  }

  func real(_ name: String) throws(StorageError) -> Double {
    guard case .real(let value)? = contents.data.first(where: { $0.name == name })?.value, value.isFinite
    else {
      throw problem("attribute \"data/\(name)\"", "is missing or not a finite real number")
    }
    return value
  }

  func history() throws(StorageError) -> [EpochRecord] {
    let count = contents.history.first?.values.count ?? 0
    var records = [EpochRecord](repeating: EpochRecord(), count: count)
    for column in HistoryColumn.all {
      guard let stored = contents.history.first(where: { $0.name == column.name }),
        stored.values.count == count
      else { throw problem("dataset \"history/\(column.name)\"", "is missing or not of length \(count)") }
      for index in 0..<count { column.set(&records[index], stored.values[index]) }
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
