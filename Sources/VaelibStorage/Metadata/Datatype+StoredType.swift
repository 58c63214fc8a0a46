extension Datatype {
  /// What messages call the type, and what decides how its values are given in memory.
  var type: HDF5.StoredType {
    switch kind {
    case .integer(_, let isSigned):
      isSigned ? .signedInteger(byteCount: byteCount) : .unsignedInteger(byteCount: byteCount)
    case .real: .real(byteCount: byteCount)
    case .bits: .bits(byteCount: byteCount)
    case .text: .text(byteCount: byteCount)
    case .variableText: .variableText
    case .enumeration(let base, let members):
      if Self.isBoolean(members, byteCount) {
        .boolean
      } else {
        .enumeration(byteCount: byteCount, isSigned: base.isSigned)
      }
    case .compound: .other("compound values")
    case .array: .other("arrays as elements")
    case .other(let name): .other(name)
    }
  }

  private var isSigned: Bool {
    if case .integer(_, let isSigned) = kind { isSigned } else { false }
  }

  /// An enumeration of FALSE = 0 and TRUE = 1 in one byte is what h5py makes of booleans.
  private static func isBoolean(_ members: [Member], _ byteCount: Int) -> Bool {
    guard byteCount == 1, members.count == 2 else { return false }
    return [("FALSE", 0), ("TRUE", 1)].allSatisfy { name, value in
      members.contains { $0.name.elementsEqual(name.utf8) && $0.value == [value] }
    }
  }
}

extension HDF5.StoredType {
  /// Bytes of one number or text; 0 for anything else.
  var byteCount: Int {
    switch self {
    case .signedInteger(let byteCount), .unsignedInteger(let byteCount), .real(let byteCount),
      .bits(let byteCount), .enumeration(let byteCount, _), .text(let byteCount):
      byteCount
    case .boolean: 1
    case .variableText, .other: 0
    }
  }
}
