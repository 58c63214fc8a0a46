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

  func problem(_ object: String, _ reason: String) -> StorageError {
    .format(path: path, object: object, reason: reason)
  }

  /// Throws unless the file holds a model of this kind.
  func checkKind(_ expected: String) throws(StorageError) {
    let kind = try file.text(ModelFile.Name.kind)
    if kind != expected { throw problem("attribute \"kind\"", "is \"\(kind)\"; expected \"\(expected)\"") }
  }

  /// Sets every parameter from the attribute of its name; none may be missing.
  func read<Root>(
    _ parameters: [Parameter<Root>], _ group: String, prefix: String = "", _ root: inout Root
  ) throws(StorageError) {
    for parameter in parameters {
      let value = try file.attribute(prefix + parameter.name, of: group)
      do {
        try parameter.set(&root, value.parameterValue)
      } catch {
        throw problem("attribute \"\(group)/\(prefix)\(parameter.name)\"", "does not fit: \(error)")
      }
    }
  }

  /// Throws if networks of these widths have more weights than the file holds, before memory is taken for them.
  func checkSize(_ networks: [[Int]]) throws(StorageError) {
    // No overflow: widths are at most 2^24 and layers at most 64.
    let count = networks.reduce(0) { $0 + zip($1, $1.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } }
    guard count <= file.byteCount / MemoryLayout<Float>.size else {
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

  /// A finite number of the group `data`.
  func real(_ name: String) throws(StorageError) -> Double {
    guard case .real(let value) = try file.attribute(name, of: ModelFile.Name.data), value.isFinite else {
      throw problem("attribute \"\(ModelFile.Name.data)/\(name)\"", "should be a finite real number")
    }
    return value
  }

  /// A record an epoch from one dataset a column.
  func history<Record: Sendable>(
    _ columns: [HistoryColumn<Record>], empty: Record
  ) throws(StorageError) -> [Record] {
    let values = try columns.map { column throws(StorageError) in try file.column(column.name) }
    let count = values.first?.count ?? 0
    for (column, values) in zip(columns, values) where values.count != count {
      throw problem(
        "dataset \"\(ModelFile.Name.history)/\(column.name)\"",
        "has \(values.count) values; the other columns have \(count)")
    }
    var records = [Record](repeating: empty, count: count)
    for (column, values) in zip(columns, values) {
      for index in 0..<count where !column.set(&records[index], values[index]) {
        throw problem(
          "dataset \"\(ModelFile.Name.history)/\(column.name)\"",
          "holds \(values[index]) at place \(index), which cannot be")
      }
    }
    return records
  }
}

extension ModelContents {
  /// What the files of all kinds of models have in common, to be written.
  init<Record>(
    kind: String, libraryVersion: String, architecture: [Attribute], training: [Attribute], scale: Double,
    shift: Double, layout: ParameterLayout, parameters: FloatBuffer, history: [Record],
    columns: [HistoryColumn<Record>]
  ) {
    self.init(
      kind: kind, libraryVersion: libraryVersion, architecture: architecture, training: training,
      data: [
        .init(name: ModelFields.scale, value: .real(scale)),
        .init(name: ModelFields.shift, value: .real(shift)),
      ],
      tensors: layout.tensors.map { tensor in
        Tensor(
          name: tensor.name, shape: tensor.fileShape,
          values: Array(UnsafeBufferPointer(start: parameters.base + tensor.offset, count: tensor.count)))
      },
      history: columns.map { column in .init(name: column.name, values: history.map(column.get)) })
  }
}

extension ParameterTensor {
  /// [rows, columns] for weights, [columns] for biases and learned variances.
  var fileShape: [Int] { name.hasSuffix("/weight") ? [rows, columns] : [columns] }
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
