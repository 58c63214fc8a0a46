import CHDF5

/// Reads one open model file, and counts what it has been made to read.
struct ModelReader {
  let session: HDF5.Session
  let root: HDF5.Object
  /// Bytes of values that the file can still hold.
  private var remainingBytes: Int
  private var remainingObjects = Limits.objects

  init(session: HDF5.Session, root: HDF5.Object, byteCount: Int) {
    self.session = session
    self.root = root
    remainingBytes = byteCount
  }

  mutating func read() throws(StorageError) -> ModelContents {
    try checkFormat()
    let contents = ModelContents(
      kind: try rootText(ModelFile.Name.kind), libraryVersion: try rootText(ModelFile.Name.libraryVersion),
      architecture: try readAttributes(ModelFile.Name.architecture),
      training: try readAttributes(ModelFile.Name.training), data: try readAttributes(ModelFile.Name.data),
      tensors: try readTensors(), history: try readHistory())
    try checkChecksum(of: contents.tensors)
    return contents
  }

  // MARK: Root attributes

  private func checkFormat() throws(StorageError) {
    guard try session.hasAttribute(ModelFile.Name.format, on: root),
      case .text(ModelFile.format) = try session.readAttribute(ModelFile.Name.format, of: root)
    else {
      throw session.error(
        nil,
        "is HDF5 but no vaelib model: its root attribute \"\(ModelFile.Name.format)\" is not \"\(ModelFile.format)\""
      )
    }
    guard case .count(let version) = try rootAttribute(ModelFile.Name.formatVersion), version >= 1 else {
      throw session.error(
        "attribute \"\(ModelFile.Name.formatVersion)\"", "should be a signed integer from 1 on")
    }
    guard version <= ModelFile.formatVersion else {
      throw session.error(
        nil,
        "was written by a newer vaelib: it has format \(version), this library reads up to \(ModelFile.formatVersion); "
          + "update vaelib")
    }
  }

  private func checkChecksum(of tensors: [ModelContents.Tensor]) throws(StorageError) {
    guard case .seed(let expected) = try rootAttribute(ModelFile.Name.checksum) else {
      throw session.error("attribute \"\(ModelFile.Name.checksum)\"", "should be an unsigned integer")
    }
    let actual = ModelFile.checksum(of: tensors)
    guard expected == UInt64(actual) else {
      throw session.error(
        "group \"\(ModelFile.Name.weights)\"",
        "is damaged: its checksum is \(actual), the file says \(expected); use another copy, or write the attribute "
          + "\"\(ModelFile.Name.checksum)\" anew if the weights were changed on purpose")
    }
  }

  private func rootAttribute(_ name: String) throws(StorageError) -> AttributeValue {
    guard try session.hasAttribute(name, on: root) else {
      throw session.error("attribute \"\(name)\"", "is missing")
    }
    return try session.readAttribute(name, of: root)
  }

  private func rootText(_ name: String) throws(StorageError) -> String {
    guard case .text(let text) = try rootAttribute(name) else {
      throw session.error("attribute \"\(name)\"", "should be a text")
    }
    return text
  }

  // MARK: Groups

  /// Opens a group of the root; nil if there is nothing of that name.
  private func openGroup(_ name: String) throws(StorageError) -> HDF5.Object? {
    guard let link = try session.linkKind(of: name, in: root) else { return nil }
    let label = "group \"\(name)\""
    guard link == .hard else {
      throw session.error(label, "is \(link.name), which vaelib does not follow")
    }
    let (object, kind) = try session.openObject(name, in: root)
    guard kind == .group else { throw session.error(object.label, "should be a group") }
    return object
  }

  /// The attributes of a group; none if the group is missing.
  private func readAttributes(_ groupName: String) throws(StorageError) -> [ModelContents.Attribute] {
    guard let group = try openGroup(groupName) else { return [] }
    return try session.attributeNames(of: group, limit: Limits.attributes)
      .map { name throws(StorageError) in
        ModelContents.Attribute(name: name, value: try session.readAttribute(name, of: group))
      }
  }

  // MARK: Datasets

  private mutating func readTensors() throws(StorageError) -> [ModelContents.Tensor] {
    guard let weights = try openGroup(ModelFile.Name.weights) else {
      throw session.error("group \"\(ModelFile.Name.weights)\"", "is missing")
    }
    var tensors: [ModelContents.Tensor] = []
    try visit(weights, prefix: "", depth: 1) { (reader, name, dataset) throws(StorageError) in
      let (shape, values) = try reader.readValues(
        of: dataset, type: .real(byteCount: 4), memoryType: vaelib_h5t_native_float(), zero: Float(0))
      guard ModelFile.isTensorShape(shape) else {
        throw reader.session.error(
          dataset.label,
          "has \(HDF5.Session.describe(shape)); a tensor has one or two axes, none of them empty")
      }
      tensors.append(ModelContents.Tensor(name: name, shape: shape, values: values))
    }
    return tensors
  }

  private mutating func readHistory() throws(StorageError) -> [ModelContents.Column] {
    guard let history = try openGroup(ModelFile.Name.history) else { return [] }
    var columns: [ModelContents.Column] = []
    try visit(history, prefix: "", depth: 1) { (reader, name, dataset) throws(StorageError) in
      let (shape, values) = try reader.readValues(
        of: dataset, type: .real(byteCount: 8), memoryType: vaelib_h5t_native_double(), zero: Double(0))
      guard shape.count == 1 else {
        throw reader.session.error(
          dataset.label, "has \(HDF5.Session.describe(shape)); a column of the history has one axis")
      }
      columns.append(ModelContents.Column(name: name, values: values))
    }
    return columns
  }

  /// Calls `found` for every dataset below `group`, with its name relative to it, in ascending order of names.
  private mutating func visit(
    _ group: HDF5.Object, prefix: String, depth: Int,
    _ found: (inout ModelReader, String, HDF5.Object) throws(StorageError) -> Void
  ) throws(StorageError) {
    guard depth <= Limits.depth else {
      throw session.error(group.label, "is nested more than \(Limits.depth) groups deep")
    }
    for link in try session.links(of: group, limit: remainingObjects) {
      remainingObjects -= 1
      guard remainingObjects >= 0 else {
        throw session.error(nil, "holds more than \(Limits.objects) objects, beyond anything vaelib writes")
      }
      let name = HDF5.Session.join(prefix, link.name)
      guard link.kind == .hard else {
        throw session.error(
          HDF5.Session.label("object", group, link.name), "is \(link.kind.name), which vaelib does not follow"
        )
      }
      try session.scope { () throws(StorageError) in
        let (object, kind) = try session.openObject(link.name, in: group)
        switch kind {
        case .group: try visit(object, prefix: name, depth: depth + 1, found)
        case .dataset: try found(&self, name, object)
        case .other: throw session.error(object.label, "should be a group or a dataset")
        }
      }
    }
  }

  /// The values of a dataset that must be stored as `type`, in one unfiltered block that lies inside the file.
  private mutating func readValues<Number: BitwiseCopyable>(
    of dataset: HDF5.Object, type: HDF5.StoredType, memoryType: hid_t, zero: Number
  ) throws(StorageError) -> (shape: [Int], values: [Number]) {
    let description = try session.describe(dataset)
    guard description.type == type else {
      throw session.error(dataset.label, "holds \(description.type.name); \(type.name) were expected")
    }
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
    guard let count = product(shape), let byteCount = product([count, MemoryLayout<Number>.size]),
      byteCount <= remainingBytes, byteCount <= description.storedByteCount
    else {
      throw session.error(
        dataset.label,
        "is damaged: it has \(HDF5.Session.describe(shape)), but only \(description.storedByteCount) bytes are stored"
      )
    }
    remainingBytes -= byteCount
    var values = [Number](repeating: zero, count: count)
    if count > 0 {
      // Not through `&values` in the call: the bytes are written in place, without a copy.
      try values.withUnsafeMutableBufferPointer { (buffer) throws(StorageError) in
        try session.read(dataset, as: memoryType, into: UnsafeMutableRawPointer(buffer.baseAddress))
      }
    }
    return (shape, values)
  }
}
