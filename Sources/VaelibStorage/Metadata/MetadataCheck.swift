/// Follows the way to datasets through a file before libhdf5 does, and refuses what does not make sense on it.
struct MetadataCheck {
  let file: MetadataFile
  /// The object headers of the datasets whose storage was checked.
  private var checked: Set<Int> = []

  init(_ file: ReadableFile) throws(StorageError) {
    self.file = try MetadataFile(file, base: try Superblock.check(file))
  }

  /// Throws unless links lead to the dataset `name`, and libhdf5 can be trusted with it; returns where its object header
  /// is and what that says. `asLabels`: it may also hold texts.
  mutating func check(
    _ name: String, asLabels: Bool = false
  ) throws(StorageError) -> (address: Int, dataset: DatasetMetadata) {
    guard !name.utf8.contains(0), let header = try ObjectLookup.find(name, in: file) else {
      throw missing(name)
    }
    guard DatasetMetadata.isDataset(header) else {
      let isGroup = GroupLinks.isGroup(header)
      let object = "\(isGroup ? "group" : "object") \"\(name)\""
      if isGroup, let reason = try SparseGroup.refusal(header, file) {
        throw .unread(path: file.file.path, object: object, reason: reason)
      }
      throw .format(
        path: file.file.path, object: object, reason: "is not a dataset; \(DatasetList(file).sentence)")
    }
    return try Self.naming(name, file.file.path) { () throws(StorageError) in
      let dataset = try DatasetMetadata(header, file)
      if let reason = DatasetForm.unsuitability(dataset, asLabels: asLabels) {
        throw .unread(path: file.file.path, object: "dataset \"\(name)\"", reason: reason)
      }
      if checked.insert(header.address).inserted { try dataset.checkStorage(file) }
      return (header.address, dataset)
    }
  }

  /// Throws unless libhdf5 can be trusted with every object of a file and its attributes.
  static func checkAll(_ file: MetadataFile) throws(StorageError) {
    var walk = ObjectWalk(file)
    while let (step, header) = try walk.next() {
      try AttributeMetadata.check(header)
      guard DatasetMetadata.isDataset(header) else { continue }
      let name = String(systemBytes: walk.path(step))
      try naming(name, file.file.path) { () throws(StorageError) in
        let dataset = try DatasetMetadata(header, file)
        if DatasetForm.unsuitability(dataset) == nil { try dataset.checkStorage(file) }
      }
    }
  }

  /// Runs `body`, and says in what it throws which dataset is meant.
  static func naming<Result>(
    _ name: @autoclosure () -> String, _ path: String, _ body: () throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    do {
      return try body()
    } catch .format(_, nil, let reason) {
      throw .format(path: path, object: "dataset \"\(name())\"", reason: reason)
    } catch .unread(_, nil, let reason) {
      throw .unread(path: path, object: "dataset \"\(name())\"", reason: reason)
    }
  }

  private func missing(_ name: String) -> StorageError {
    file.file.error("has no dataset \"\(name)\"; \(DatasetList(file).sentence)")
  }
}
