import VaelibModels
import VaelibNetworks
import VaelibNumerics

/// What the files of all kinds of models have in common: parameters, tensors, scaling, history.
public struct ModelFields {
  let file: ModelReader
  let path: String

  /// Attributes of the group `data`.
  static let scale = "scale"
  static let shift = "shift"

  func problem(_ object: String?, _ reason: String) -> StorageError {
    .format(path: path, object: object, reason: reason)
  }

  /// The kind of model that the file holds.
  func kind() throws(StorageError) -> ModelKind {
    let text = try file.text(ModelFile.Name.kind)
    guard let kind = ModelKind(rawValue: text) else {
      throw problem(nil, "holds a model of kind \"\(text)\", which this vaelib does not know; update vaelib")
    }
    return kind
  }

  /// Throws unless the file holds a model of this kind.
  func checkKind(_ expected: ModelKind) throws(StorageError) {
    let kind = try file.text(ModelFile.Name.kind)
    if kind != expected.rawValue {
      throw problem("attribute \"kind\"", "is \"\(kind)\"; expected \"\(expected.rawValue)\"")
    }
  }

  /// Sets every parameter from the attribute of its name. None may be missing but those that came with a later format.
  func read<Root>(
    _ parameters: [Parameter<Root>], _ group: String, prefix: String = "", _ root: inout Root
  ) throws(StorageError) {
    for parameter in parameters {
      let value = try value(of: parameter, group, prefix)
      do {
        try parameter.set(&root, value)
      } catch {
        throw problem("attribute \"\(group)/\(prefix)\(parameter.name)\"", "does not fit: \(error)")
      }
    }
  }

  private func value<Root>(
    of parameter: Parameter<Root>, _ group: String, _ prefix: String
  ) throws(StorageError) -> ParameterValue {
    let name = prefix + parameter.name
    if let earlier = parameter.earlierValue, try !file.hasAttribute(name, of: group) { return earlier }
    return try file.attribute(name, of: group).parameterValue
  }

  /// Throws if networks of these widths have more weights than the file holds, before memory is taken for them.
  func checkSize(_ networks: [[Int]]) throws(StorageError) {
    // In doubles, since the product of two widths may be beyond all whole numbers.
    let count = networks.reduce(0.0) {
      $0 + zip($1, $1.dropFirst()).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    guard count <= Double(file.byteCount / MemoryLayout<Float>.size) else {
      throw unsuitable("a model of these widths has more weights than the file holds")
    }
  }

  /// Turns what making a model throws into what is wrong with the file.
  func making<Model>(_ make: () throws -> Model) throws(StorageError) -> Model {
    do {
      return try make()
    } catch NumericsError.outOfMemory(let bytes) {
      throw .memory(path: path, byteCount: bytes ?? .max)
    } catch {
      throw unsuitable("\(error)")
    }
  }

  private func unsuitable(_ reason: String) -> StorageError {
    problem("group \"\(ModelFile.Name.architecture)\"", "does not fit: \(reason)")
  }

  func readTensors(_ layout: ParameterLayout, into parameters: FloatBuffer) throws(StorageError) {
    for tensor in layout.tensors {
      let values = UnsafeMutableBufferPointer(start: parameters.base + tensor.offset, count: tensor.count)
      try file.readTensor(tensor.name, shape: tensor.fileShape, into: values)
      if let index = values.firstIndex(where: { !$0.isFinite }) {
        throw problem(
          "dataset \"\(ModelFile.Name.weights)/\(tensor.name)\"",
          "holds \(values[index]) at place \(index); every weight must be finite")
      }
    }
  }

  /// Throws if the numbers by which a model standardises its columns cannot be.
  func checkStandardization(of model: some Model) throws(StorageError) {
    if let problem = model.standardizationProblem {
      throw self.problem("group \"\(ModelFile.Name.weights)/standardization\"", "does not fit: \(problem)")
    }
  }

  /// A whole number of the group `architecture`.
  func count(_ name: String, _ range: ClosedRange<Int>) throws(StorageError) -> Int {
    guard case .count(let value) = try file.attribute(name, of: ModelFile.Name.architecture),
      range.contains(value)
    else {
      throw problem(
        "attribute \"\(ModelFile.Name.architecture)/\(name)\"",
        "should be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// The values of a parameter of column groups, of which there are so many.
  func values(
    of parameter: Parameter<ColumnGroup>, _ path: String, count: Int
  ) throws(StorageError) -> [ParameterValue] {
    let usual = parameter.get(ColumnGroup())
    if case .text = usual {
      return try file.texts(path, count: count, of: "one for each of \(count) column groups").map {
        .text($0)
      }
    }
    let numbers = try file.numbers(path)
    guard numbers.count == count else {
      throw problem("dataset \"\(path)\"", "has \(numbers.count) values; there are \(count) column groups")
    }
    var values: [ParameterValue] = []
    for (place, number) in numbers.enumerated() {
      if case .real = usual {
        values.append(.real(number))
        continue
      }
      guard let whole = Int(exactly: number) else {
        throw problem("dataset \"\(path)\"", "holds \(number) at place \(place); a whole number was expected")
      }
      values.append(.count(whole))
    }
    return values
  }

  /// A finite number of the group `data`.
  func real(_ name: String) throws(StorageError) -> Double {
    guard case .real(let value) = try file.attribute(name, of: ModelFile.Name.data), value.isFinite else {
      throw problem("attribute \"\(ModelFile.Name.data)/\(name)\"", "should be a finite real number")
    }
    return value
  }

  /// Scaling and history, which the files of all models have.
  func record(
    configurations: [Phase.Kind: TrainingConfiguration]
  ) throws(StorageError) -> TrainingRecord {
    var record = TrainingRecord()
    record.configurations = configurations
    record.dataScale = try real(Self.scale)
    record.dataShift = try real(Self.shift)
    record.history = try history()
    return record
  }

  /// The columns that the file has; they are of one length.
  private func history() throws(StorageError) -> TrainingHistory {
    var columns: [(series: Series, values: [Double])] = []
    for series in Series.stored where try file.has(HDF5.Session.join(ModelFile.Name.history, series.name)) {
      let values = try file.column(series.name)
      let place = "dataset \"\(ModelFile.Name.history)/\(series.name)\""
      if let first = columns.first, first.values.count != values.count {
        throw problem(place, "has \(values.count) values; \(first.series.name) has \(first.values.count)")
      }
      if let index = values.firstIndex(where: { !series.metric.isPossible($0) }) {
        throw problem(place, "holds \(values[index]) at place \(index), which cannot be")
      }
      columns.append((series, values))
    }
    return TrainingHistory(columns: columns)
  }
}

extension ModelContents {
  /// What the files of all kinds of models have in common, to be written.
  init(
    _ model: some Model, libraryVersion: String, architecture: [Attribute], training: [Attribute]
  ) {
    let (layout, parameters, record) = (model.layout, model.parameters, model.record)
    self.init(
      kind: model.kind.rawValue, libraryVersion: libraryVersion, architecture: architecture,
      training: training,
      data: [
        .init(name: ModelFields.scale, value: .real(record.dataScale)),
        .init(name: ModelFields.shift, value: .real(record.dataShift)),
      ],
      tensors: layout.tensors.map { tensor in
        Tensor(
          name: tensor.name, shape: tensor.fileShape,
          values: FloatSlice(parameters, tensor.offset..<tensor.offset + tensor.count))
      },
      history: record.history.storedSeries.map { .init(name: $0.name, values: record.history[$0]) })
    if !record.columns.isEmpty {
      columns = Columns(record.columns)
      formatVersion = ModelFile.formatVersion
    }
  }
}

extension ParameterTensor {
  /// [rows, columns] for weights, and whatever else has several rows; [columns] for biases, learned variances and the like.
  var fileShape: [Int] { isWeight || rows > 1 ? [rows, columns] : [columns] }
}

extension Parameter {
  /// The parameter's value as an attribute of a file.
  func attribute(_ root: Root, prefix: String = "") -> ModelContents.Attribute {
    let value: AttributeValue =
      switch get(root) {
      case .count(let value): .count(value)
      case .real(let value): .real(value)
      case .text(let value): .text(value)
      case .widths(let value): .counts(value)
      case .seed(let value): .seed(value)
      }
    return .init(name: prefix + name, value: value)
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
