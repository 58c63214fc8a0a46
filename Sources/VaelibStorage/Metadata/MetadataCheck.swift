/// Follows the way to datasets through a file before libhdf5 does, and refuses what does not make sense on it.
struct MetadataCheck {
  let file: MetadataFile

  init(_ file: ReadableFile) throws(StorageError) {
    self.file = try MetadataFile(file, base: try Superblock.check(file))
  }

  /// Throws unless hard links lead to the dataset `name`, and libhdf5 can be trusted with it. `asLabels`: it may also
  /// hold texts.
  @discardableResult
  func check(_ name: String, asLabels: Bool = false) throws(StorageError) -> DatasetMetadata {
    let components = name.split(separator: "/").map(String.init)
    guard !components.isEmpty, !name.utf8.contains(0) else { throw missing(name) }
    var header = try ObjectHeader(file, at: file.root)
    var path = ""
    for component in components {
      guard GroupLinks.isGroup(header) else { throw missing(name) }
      path = HDF5.Session.join(path, component)
      guard let link = try GroupLinks.read(header, file).first(where: { $0.name == component }) else {
        throw missing(name)
      }
      guard let address = link.address else {
        throw error(
          "object \"\(path)\"",
          "is \(link.kind.name), which vaelib does not follow; name the dataset it leads to")
      }
      header = try ObjectHeader(file, at: address)
    }
    guard DatasetMetadata.isDataset(header) else {
      let noun = GroupLinks.isGroup(header) ? "group" : "object"
      throw error("\(noun) \"\(path)\"", "is not a dataset; \(DatasetList(file).sentence)")
    }
    return try Self.naming(path, file.file.path) { () throws(StorageError) in
      try Self.check(header, file, path, asLabels)
    }
  }

  /// Throws unless libhdf5 can be trusted with every object of a file and its attributes.
  static func checkAll(_ file: MetadataFile) throws(StorageError) {
    for (name, header) in try DatasetList.all(file, visiting: AttributeMetadata.check) {
      try naming(name, file.file.path) { () throws(StorageError) in
        let dataset = try DatasetMetadata(header, file)
        if DatasetForm.unsuitability(dataset) == nil { try dataset.checkStorage(file) }
      }
    }
  }

  /// Runs `body`, and says in what it throws which dataset is meant.
  static func naming<Result>(
    _ name: String, _ path: String, _ body: () throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    do {
      return try body()
    } catch .format(_, nil, let reason) {
      throw .format(path: path, object: "dataset \"\(name)\"", reason: reason)
    }
  }

  /// Throws unless libhdf5 can be trusted with a dataset, which is one that vaelib reads.
  private static func check(
    _ header: ObjectHeader, _ file: MetadataFile, _ name: String, _ asLabels: Bool
  ) throws(StorageError) -> DatasetMetadata {
    let dataset = try DatasetMetadata(header, file)
    if let reason = DatasetForm.unsuitability(dataset, asLabels: asLabels) {
      throw .format(path: file.file.path, object: "dataset \"\(name)\"", reason: reason)
    }
    try dataset.checkStorage(file)
    return dataset
  }

  private func missing(_ name: String) -> StorageError {
    file.file.error("has no dataset \"\(name)\"; \(DatasetList(file).sentence)")
  }

  private func error(_ object: String, _ reason: String) -> StorageError {
    .format(path: file.file.path, object: object, reason: reason)
  }
}
