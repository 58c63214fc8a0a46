import CVaelib
import VaelibModels

/// A configuration structure of the header. Its fields have 8 bytes each and the names of the hyper-parameters, whose
/// list in the engine is their one definition: a new parameter is a line there and a field in the header.
protocol ConfigurationStruct {
  init()
}

extension vaelib_vae_config: ConfigurationStruct {}
extension vaelib_training_config: ConfigurationStruct {}
extension vaelib_stack_config: ConfigurationStruct {}
extension vaelib_layer_config: ConfigurationStruct {}
extension vaelib_column_group: ConfigurationStruct {}
extension vaelib_evaluation_config: ConfigurationStruct {}
extension vaelib_imputation_config: ConfigurationStruct {}

/// Copies hyper-parameters between a configuration of the engine and a structure of the header.
struct ConfigurationFields<Root: Sendable, Structure: ConfigurationStruct & BitwiseCopyable>: Sendable {
  private static var fieldBytes: Int { 8 }

  let parameters: [Parameter<Root>]
  /// Where the fields begin, by name.
  private let offsets: [String: Int]

  init(_ parameters: [Parameter<Root>], in type: Structure.Type) {
    self.parameters = parameters
    let names = Mirror(reflecting: Structure()).children.map { $0.label ?? "" }
    let places = names.enumerated().map { ($1, $0 * Self.fieldBytes) }
    offsets = Dictionary(places, uniquingKeysWith: { first, _ in first })
  }

  /// Sets every parameter from the field of its name; throws at the first that is not allowed.
  func read(_ structure: Structure, into root: inout Root) throws {
    try withUnsafeBytes(of: structure) { bytes in
      for parameter in parameters {
        if let value = try value(of: parameter, in: bytes, like: parameter.get(root)) {
          try parameter.set(&root, value)
        }
      }
    }
  }

  /// The caller's value of a field; nil if the parameter is to follow from others.
  private func value(
    of parameter: Parameter<Root>, in bytes: UnsafeRawBufferPointer, like type: ParameterValue
  ) throws -> ParameterValue? {
    let name = parameter.name
    switch type {
    case .count: return .count(bytes.load(fromByteOffset: try offset(name), as: Int.self))
    case .real: return .real(bytes.load(fromByteOffset: try offset(name), as: Double.self))
    case .seed: return .seed(bytes.load(fromByteOffset: try offset(name), as: UInt64.self))
    case .text:
      let text = bytes.load(fromByteOffset: try offset(name), as: UnsafePointer<CChar>?.self)
      return .text(try Arguments.text(text, name))
    case .widths:
      let values = bytes.load(fromByteOffset: try offset(name), as: UnsafePointer<Int>?.self)
      let count = bytes.load(fromByteOffset: try offset(name + "_count"), as: Int.self)
      if values == nil, count == 0, parameter.derivedDefault != nil { return nil }
      return .widths(try Self.widths(name, values, count))
    }
  }

  private static func widths(_ name: String, _ values: UnsafePointer<Int>?, _ count: Int) throws -> [Int] {
    guard (0...4096).contains(count) else {
      throw BoundaryError.argument(
        "\(name)_count is \(UInt(bitPattern: count)); at most 64 layers are allowed")
    }
    if count > 0, values == nil {
      throw BoundaryError.argument("\(name) is NULL but \(name)_count is \(UInt(bitPattern: count))")
    }
    return Array(UnsafeBufferPointer(start: values, count: count))
  }

  /// Fills in the fields of all parameters; those that follow from others stay empty.
  func write(_ root: Root, to structure: inout Structure) {
    withUnsafeMutableBytes(of: &structure) { bytes in
      for parameter in parameters where !parameter.isDerived(root) {
        guard let place = offsets[parameter.name] else { continue }
        switch parameter.get(root) {
        case .count(let value): bytes.storeBytes(of: value, toByteOffset: place, as: Int.self)
        case .real(let value): bytes.storeBytes(of: value, toByteOffset: place, as: Double.self)
        case .seed(let value): bytes.storeBytes(of: value, toByteOffset: place, as: UInt64.self)
        case .text(let value):
          bytes.storeBytes(
            of: Constants.string(value), toByteOffset: place, as: UnsafePointer<CChar>?.self)
        case .widths(let value):
          bytes.storeBytes(of: Constants.widths(value), toByteOffset: place, as: UnsafePointer<Int>?.self)
          guard let count = offsets[parameter.name + "_count"] else { continue }
          bytes.storeBytes(of: value.count, toByteOffset: count, as: Int.self)
        }
      }
    }
  }

  private func offset(_ name: String) throws -> Int {
    guard let offset = offsets[name] else {
      throw BoundaryError.argument("the structure has no field \(name)")
    }
    return offset
  }
}
