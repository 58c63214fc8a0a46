/// The types of number that data may come in. Raw values are those of the C interface and never change.
public enum ElementType: UInt32, CaseIterable, Sendable {
  case uint8 = 0
  case int8 = 1
  case int16 = 2
  case int32 = 3
  case int64 = 4
  case float32 = 5
  case float64 = 6

  /// The size of one number.
  public var byteCount: Int {
    switch self {
    case .uint8, .int8: 1
    case .int16: 2
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }

  /// The name, as numpy spells it.
  public var name: String {
    switch self {
    case .uint8: "uint8"
    case .int8: "int8"
    case .int16: "int16"
    case .int32: "int32"
    case .int64: "int64"
    case .float32: "float32"
    case .float64: "float64"
    }
  }

  /// False for floats.
  public var isInteger: Bool { self != .float32 && self != .float64 }
}
