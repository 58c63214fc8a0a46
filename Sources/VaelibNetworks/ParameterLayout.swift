/// A named part of a flat parameter array, row-major.
public struct ParameterTensor: Sendable, Equatable {
  /// Path-like name, also its name in a model file: "encoder/0/weight".
  public let name: String
  public let rows: Int
  public let columns: Int
  /// Where it begins, in floats.
  public let offset: Int

  public var count: Int { rows * columns }
  public var range: Range<Int> { offset..<offset + count }
  /// Whether it multiplies an input; others are added.
  public var isWeight: Bool { name.hasSuffix("weight") }
}

/// Where each tensor of a model lies in its flat parameter array. Tensors follow each other without gaps, so
/// optimisers, clipping and files see one run of floats.
public struct ParameterLayout: Sendable {
  public private(set) var tensors: [ParameterTensor] = []
  public private(set) var count = 0

  public init() {}

  /// Adds a tensor at the end. Throws if the total no longer fits the address space.
  public mutating func append(_ name: String, rows: Int, columns: Int) throws(NetworkError) -> ParameterTensor
  {
    let (size, overflow) = rows.multipliedReportingOverflow(by: columns)
    let (total, beyond) = count.addingReportingOverflow(size)
    if overflow || beyond || total > Int.max / 64 {
      throw .tooLarge(tensor: name, rows: rows, columns: columns)
    }
    let tensor = ParameterTensor(name: name, rows: rows, columns: columns, offset: count)
    tensors.append(tensor)
    count = total
    return tensor
  }
}

/// What can be wrong with a network's dimensions.
public enum NetworkError: Error, CustomStringConvertible {
  case tooLarge(tensor: String, rows: Int, columns: Int)

  public var description: String {
    switch self {
    case .tooLarge(let tensor, let rows, let columns):
      "the network is too large: tensor \(tensor) of \(rows) x \(columns) numbers does not fit the address space"
    }
  }
}
