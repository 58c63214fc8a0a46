import CHDF5

/// Reads one open model file. Everything is looked up by its name; whatever else the file holds is never looked at.
///
/// Used only inside `ModelFile.read`.
struct ModelReader {
  let session: HDF5.Session
  let root: HDF5.Object
  /// Bytes of the HDF5 part: no more values can be in it.
  let byteCount: Int

  // MARK: Attributes

  /// Checks that the file has a format that this library knows.
  func checkFormat() throws(StorageError) {
    guard try session.hasAttribute(ModelFile.Name.format, on: root),
      case .text(ModelFile.format) = try session.readAttribute(ModelFile.Name.format, of: root)
    else {
      throw session.error(
        nil,
        "holds no vaelib model: its attribute \"\(ModelFile.Name.format)\" is not \"\(ModelFile.format)\"")
    }
    let version = try formatVersion()
    guard version <= ModelFile.formatVersion else {
      throw session.error(
        nil,
        "was written by a newer vaelib: it has format \(version), this library reads up to \(ModelFile.formatVersion); "
          + "update vaelib")
    }
  }

  func formatVersion() throws(StorageError) -> Int {
    guard case .count(let version) = try attribute(ModelFile.Name.formatVersion), version >= 1 else {
      throw session.error(
        "attribute \"\(ModelFile.Name.formatVersion)\"", "should be a signed integer from 1 on")
    }
    return version
  }

  /// A text attribute of the root.
  func text(_ name: String) throws(StorageError) -> String {
    guard case .text(let text) = try attribute(name) else {
      throw session.error("attribute \"\(name)\"", "should be a text")
    }
    return text
  }

  /// Whether a group has an attribute.
  func hasAttribute(_ name: String, of group: String) throws(StorageError) -> Bool {
    try session.scope { () throws(StorageError) in
      try session.hasAttribute(name, on: try open(group, .group))
    }
  }

  /// An attribute of a group, or of the root.
  func attribute(_ name: String, of group: String = "") throws(StorageError) -> AttributeValue {
    try session.scope { () throws(StorageError) in
      let group = try open(group, .group)
      guard try session.hasAttribute(name, on: group) else {
        throw session.error(HDF5.Session.attributeLabel(name, group), "is missing")
      }
      return try session.readAttribute(name, of: group)
    }
  }

  // MARK: Datasets

  /// Copies a tensor, which must have this shape, to `destination`.
  func readTensor(
    _ name: String, shape: [Int], into destination: UnsafeMutableBufferPointer<Float>
  ) throws(StorageError) {
    try readFloats(HDF5.Session.join(ModelFile.Name.weights, name), shape: shape, into: destination)
  }

  /// Copies floats of the dataset at a path from the root, which must have this shape, to `destination`.
  func readFloats(
    _ path: String, shape: [Int], into destination: UnsafeMutableBufferPointer<Float>
  ) throws(StorageError) {
    try session.scope { () throws(StorageError) in
      let dataset = try open(path, .dataset)
      let storedShape = try checkedShape(of: dataset, realBytes: 4)
      guard storedShape == shape, destination.count == product(shape) else {
        throw session.error(
          dataset.label,
          "has \(HDF5.Session.describe(storedShape)); the architecture implies \(HDF5.Session.describe(shape))"
        )
      }
      try session.read(
        dataset, as: vaelib_h5t_native_float(), into: UnsafeMutableRawPointer(destination.baseAddress))
    }
  }

  /// A column of the history.
  func column(_ name: String) throws(StorageError) -> [Double] {
    try numbers(HDF5.Session.join(ModelFile.Name.history, name))
  }

  /// The numbers of a dataset of one axis.
  func numbers(_ path: String) throws(StorageError) -> [Double] {
    try session.scope { () throws(StorageError) in
      let dataset = try open(path, .dataset)
      let shape = try checkedShape(of: dataset, realBytes: 8)
      guard shape.count == 1 else {
        throw session.error(
          dataset.label, "has \(HDF5.Session.describe(shape)); one axis was expected")
      }
      guard shape[0] > 0 else { return [] }
      var values = [Double](repeating: 0, count: shape[0])
      // Not through `&values` in the call: the bytes are written in place, without a copy.
      try values.withUnsafeMutableBufferPointer { (buffer) throws(StorageError) in
        try session.read(
          dataset, as: vaelib_h5t_native_double(), into: UnsafeMutableRawPointer(buffer.baseAddress))
      }
      return values
    }
  }

  /// The texts of a dataset of one axis, of which there must be so many.
  func texts(_ path: String, count: Int, of what: String) throws(StorageError) -> [String] {
    try session.scope { () throws(StorageError) in
      let dataset = try open(path, .dataset)
      let description = try session.describe(dataset)
      guard case .text(let byteCount) = description.type, byteCount <= Limits.textBytes else {
        throw session.error(
          dataset.label,
          "holds \(description.type.name); fixed-length strings of at most \(Limits.textBytes) bytes were expected"
        )
      }
      let shape = try checkedShape(of: dataset, description, valueBytes: byteCount)
      guard shape == [count] else {
        throw session.error(
          dataset.label, "has \(HDF5.Session.describe(shape)); \(what) was expected")
      }
      return try session.readTexts(dataset, count: count, byteCount: byteCount)
    }
  }

  /// The names in a group, of `count` classes or whatever `noun` says.
  func names(in group: String, count: Int, of noun: String) throws(StorageError) -> ModelContents.Classes {
    guard case .text(let type) = try attribute(ModelFile.Name.classType, of: group) else {
      throw session.error("attribute \"\(group)/\(ModelFile.Name.classType)\"", "should be a text")
    }
    let names = try texts(
      HDF5.Session.join(group, ModelFile.Name.classNames), count: count,
      of: "one name for each of \(count) \(noun)")
    return ModelContents.Classes(type: type, names: names)
  }

  /// The shape of a dataset, which must hold floating-point numbers of `realBytes` bytes, in one unfiltered block that
  /// the file has room for.
  private func checkedShape(of dataset: HDF5.Object, realBytes: Int) throws(StorageError) -> [Int] {
    let description = try session.describe(dataset)
    let type = HDF5.StoredType.real(byteCount: realBytes)
    guard description.type == type else {
      throw session.error(dataset.label, "holds \(description.type.name); \(type.name) were expected")
    }
    return try checkedShape(of: dataset, description, valueBytes: realBytes)
  }

  /// The shape of a dataset of values of so many bytes, which must lie in one unfiltered block that the file has room
  /// for.
  private func checkedShape(
    of dataset: HDF5.Object, _ description: HDF5.DatasetDescription, valueBytes: Int
  ) throws(StorageError) -> [Int] {
    guard let shape = description.shape, !shape.isEmpty else {
      throw session.error(
        dataset.label, "has \(HDF5.Session.describe(description.shape)); an array was expected")
    }
    switch description.layout {
    case .compact, .contiguous: break
    default:
      throw session.error(dataset.label, "is not stored in one block; write it without chunks or compression")
    }
    guard description.filters.isEmpty else {
      throw session.error(dataset.label, "is filtered; write it without compression")
    }
    guard let totalBytes = product(shape + [valueBytes]),
      totalBytes <= min(byteCount, description.storedByteCount)
    else {
      throw session.error(
        dataset.label,
        "is damaged: it has \(HDF5.Session.describe(shape)), but only \(description.storedByteCount) bytes are stored"
      )
    }
    return shape
  }

  // MARK: Names

  /// Whether there is anything at a path from the root; its way there leads through hard links.
  func has(_ path: String) throws(StorageError) -> Bool {
    try session.scope { () throws(StorageError) in
      let (folder, name) = Self.split(path)
      return try session.linkKind(of: name, in: try open(folder, .group)) != nil
    }
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return ("", path) }
    return (String(path[..<slash]), String(path[path.index(after: slash)...]))
  }

  /// Follows hard links from the root to a group or dataset; "" is the root itself.
  private func open(_ path: String, _ expected: HDF5.ObjectKind) throws(StorageError) -> HDF5.Object {
    var object = root
    var kind = HDF5.ObjectKind.group
    for name in path.split(separator: "/").map(String.init) {
      guard kind == .group else { throw session.error(object.label, "should be a group") }
      guard let link = try session.linkKind(of: name, in: object) else {
        throw session.error("\(expected.noun) \"\(path)\"", "is missing; the file is incomplete")
      }
      guard link == .hard else {
        throw session.error(
          HDF5.Session.label("object", object, name), "is \(link.name), which vaelib does not follow")
      }
      (object, kind) = try session.openObject(name, in: object)
    }
    guard kind == expected else { throw session.error(object.label, "should be a \(expected.noun)") }
    return object
  }
}
