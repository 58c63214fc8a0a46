import CHDF5

extension HDF5.Session {
  func hasAttribute(_ name: String, on object: HDF5.Object) throws(StorageError) -> Bool {
    try check(H5Aexists(object.id, name), Self.attributeLabel(name, object), "look it up") > 0
  }

  /// Reads one attribute: a number or a fixed-length text, or a list of signed integers.
  func readAttribute(_ name: String, of object: HDF5.Object) throws(StorageError) -> AttributeValue {
    try scope { () throws(StorageError) in
      let label = Self.attributeLabel(name, object)
      let attribute = try own(H5Aopen(object.id, name, hid_t(H5P_DEFAULT)), label, "open it")
      let space = try own(H5Aget_space(attribute), label, "read its shape")
      let type = try own(H5Aget_type(attribute), label, "read its type")
      let shape = try shape(of: space, label)
      let storedType = try storedType(type, label)
      switch (storedType, shape) {
      case (.signedInteger(1), []), (.signedInteger(2), []), (.signedInteger(4), []), (.signedInteger(8), []):
        return .count(Int(try readScalar(attribute, Int64(), vaelib_h5t_native_int64(), label)))
      case (.unsignedInteger(1), []), (.unsignedInteger(2), []), (.unsignedInteger(4), []),
        (.unsignedInteger(8), []):
        return .seed(try readScalar(attribute, UInt64(), vaelib_h5t_native_uint64(), label))
      case (.real(4), []), (.real(8), []):
        return .real(try readScalar(attribute, Double(), vaelib_h5t_native_double(), label))
      case (.text(let byteCount), []):
        return .text(try readText(attribute, type, byteCount, label))
      case (.signedInteger(8), nil):
        return .counts([])
      case (.signedInteger(8), let shape?) where shape.count == 1:
        return .counts(try readCounts(attribute, shape[0], label))
      default:
        throw error(
          label,
          "holds \(storedType.name) of \(Self.describe(shape)), but vaelib expects one number, one fixed-length text, "
            + "or a list of 8-byte signed integers")
      }
    }
  }

  func writeAttribute(
    _ name: String, _ value: AttributeValue, on object: HDF5.Object
  ) throws(StorageError) {
    let label = Self.attributeLabel(name, object)
    switch value {
    case .count(let value):
      try writeScalar(name, Int64(value), vaelib_h5t_int64_le(), vaelib_h5t_native_int64(), on: object)
    case .real(let value):
      try writeScalar(name, value, vaelib_h5t_float64_le(), vaelib_h5t_native_double(), on: object)
    case .seed(let value):
      try writeScalar(name, value, vaelib_h5t_uint64_le(), vaelib_h5t_native_uint64(), on: object)
    case .text(let text):
      var bytes = Array(text.utf8)
      guard bytes.count <= Limits.textBytes, !bytes.contains(0) else {
        throw error(label, "must be a text of at most \(Limits.textBytes) bytes without NUL")
      }
      // HDF5 has no strings of length zero: an empty text is one NUL, which is padding.
      if bytes.isEmpty { bytes = [0] }
      try scope { () throws(StorageError) in
        let type = try textType(bytes.count, label)
        try write(name, shape: [], type, type, bytes, on: object)
      }
    case .counts(let values):
      guard values.count <= Limits.listLength else {
        throw error(label, "must be a list of at most \(Limits.listLength) numbers")
      }
      try write(
        name, shape: [values.count], vaelib_h5t_int64_le(), vaelib_h5t_native_int64(), values.map(Int64.init),
        on: object)
    }
  }

  private func writeScalar<Number: BitwiseCopyable>(
    _ name: String, _ value: Number, _ fileType: hid_t, _ memoryType: hid_t, on object: HDF5.Object
  ) throws(StorageError) {
    try write(name, shape: [], fileType, memoryType, [value], on: object)
  }

  private func write<Element: BitwiseCopyable>(
    _ name: String, shape: [Int], _ fileType: hid_t, _ memoryType: hid_t, _ values: [Element],
    on object: HDF5.Object
  ) throws(StorageError) {
    try scope { () throws(StorageError) in
      let label = Self.attributeLabel(name, object)
      let lengths = shape.map { hsize_t($0) }
      let space = try own(
        shape.isEmpty ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(shape.count), lengths, nil), label,
        "write it")
      let attribute = try own(
        H5Acreate2(object.id, name, fileType, space, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)), label,
        "create it")
      guard !values.isEmpty else { return }
      try check(H5Awrite(attribute, memoryType, values), label, "write it")
    }
  }

  private func readScalar<Number: BitwiseCopyable>(
    _ attribute: hid_t, _ zero: Number, _ memoryType: hid_t, _ label: String
  ) throws(StorageError) -> Number {
    var value = zero
    try check(H5Aread(attribute, memoryType, &value), label, "read it")
    return value
  }

  private func readText(
    _ attribute: hid_t, _ type: hid_t, _ byteCount: Int, _ label: String
  ) throws(StorageError) -> String {
    guard byteCount <= Limits.textBytes else {
      throw error(label, "is a text of \(byteCount) bytes; at most \(Limits.textBytes) are allowed")
    }
    var bytes = [UInt8](repeating: 0, count: byteCount)
    try check(H5Aread(attribute, type, &bytes), label, "read it")
    guard let text = Self.text(bytes[...], H5Tget_strpad(type)) else {
      throw error(label, "is not UTF-8 text")
    }
    return text
  }

  private func readCounts(
    _ attribute: hid_t, _ count: Int, _ label: String
  ) throws(StorageError) -> [Int] {
    guard count <= Limits.listLength else {
      throw error(label, "is a list of \(count) numbers; at most \(Limits.listLength) are allowed")
    }
    guard count > 0 else { return [] }
    var values = [Int64](repeating: 0, count: count)
    try check(H5Aread(attribute, vaelib_h5t_native_int64(), &values), label, "read it")
    return values.map { Int($0) }
  }

  /// What messages call an attribute: `attribute "data/scale"`.
  static func attributeLabel(_ name: String, _ object: HDF5.Object) -> String {
    label("attribute", object, name)
  }

  /// A shape for messages: "shape 60000 x 28 x 28".
  static func describe(_ shape: [Int]?) -> String {
    switch shape {
    case nil: "no shape (a null dataspace)"
    case []: "no axes (a single value)"
    case let shape?: "shape " + shape.map(String.init).joined(separator: " x ")
    }
  }
}
