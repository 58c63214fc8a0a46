import CHDF5
import VaelibNumerics

extension HDF5 {
  /// The type of stored values, as far as vaelib distinguishes them.
  enum StoredType: Equatable {
    case signedInteger(byteCount: Int)
    case unsignedInteger(byteCount: Int)
    case real(byteCount: Int)
    /// What h5py makes of numpy's bool: an enumeration of FALSE = 0 and TRUE = 1.
    case boolean
    /// Integers, some of which have names.
    case enumeration(byteCount: Int, isSigned: Bool)
    /// Bit fields, which are unsigned integers by another name.
    case bits(byteCount: Int)
    /// Fixed-length text.
    case text(byteCount: Int)
    case variableText
    /// Anything else, in the plural: "compound values".
    case other(String)

    /// For messages, in the plural: "4-byte signed integers".
    var name: String {
      switch self {
      case .signedInteger(let byteCount): "\(byteCount)-byte signed integers"
      case .unsignedInteger(let byteCount): "\(byteCount)-byte unsigned integers"
      case .real(let byteCount): "\(byteCount)-byte floating-point numbers"
      case .boolean: "booleans"
      case .enumeration(let byteCount, let isSigned):
        "enumerated values (\(byteCount)-byte \(isSigned ? "signed" : "unsigned") integers)"
      case .bits(let byteCount): "\(byteCount)-byte bit fields"
      case .text: "strings"
      case .variableText: "variable-length strings"
      case .other(let name): name
      }
    }
  }
}

extension HDF5.Session {
  /// What the datatype `type` holds.
  func storedType(_ type: hid_t, _ label: String?) throws(StorageError) -> HDF5.StoredType {
    let byteCount = H5Tget_size(type)
    guard byteCount > 0 else { throw failure(label, "read its type") }
    switch H5Tget_class(type) {
    case H5T_INTEGER:
      switch H5Tget_sign(type) {
      case H5T_SGN_NONE: return .unsignedInteger(byteCount: byteCount)
      case H5T_SGN_2: return .signedInteger(byteCount: byteCount)
      default: throw failure(label, "read its type")
      }
    case H5T_FLOAT: return .real(byteCount: byteCount)
    case H5T_STRING:
      let isVariable = try check(H5Tis_variable_str(type), label, "read its type") > 0
      return isVariable ? .variableText : .text(byteCount: byteCount)
    case H5T_ENUM:
      return isBoolean(type)
        ? .boolean : .enumeration(byteCount: byteCount, isSigned: H5Tget_sign(type) == H5T_SGN_2)
    case H5T_COMPOUND: return .other("compound values")
    case H5T_REFERENCE: return .other("references")
    case H5T_VLEN: return .other("variable-length lists")
    case H5T_ARRAY: return .other("arrays as elements")
    case H5T_OPAQUE: return .other("opaque values")
    case H5T_BITFIELD: return .bits(byteCount: byteCount)
    case H5T_TIME: return .other("times")
    default: throw failure(label, "read its type")
    }
  }

  /// Whether an enumeration is exactly FALSE = 0, TRUE = 1 in one byte.
  private func isBoolean(_ type: hid_t) -> Bool {
    guard H5Tget_size(type) == 1, H5Tget_nmembers(type) == 2 else { return false }
    return (0..<2).allSatisfy { index in
      guard let name = H5Tget_member_name(type, UInt32(index)) else { return false }
      defer { H5free_memory(name) }
      var value: UInt8 = .max
      guard H5Tget_member_value(type, UInt32(index), &value) >= 0 else { return false }
      return value <= 1 && String(cString: name) == (value == 0 ? "FALSE" : "TRUE")
    }
  }
}
