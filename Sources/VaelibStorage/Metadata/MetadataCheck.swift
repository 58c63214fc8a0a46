/// Follows the way to datasets through a file before libhdf5 does, and refuses what does not make sense on it.
struct MetadataCheck {
  let file: MetadataFile
  private let folders: ExternalFolders

  init(
    _ file: ReadableFile, _ folders: ExternalFolders = ExternalFolders()
  ) throws(StorageError) {
    self.file = try MetadataFile(file, base: try Superblock.check(file))
    self.folders = folders
  }

  struct FoundDataset {
    /// The file that it is in: another one behind an external link.
    let file: MetadataFile
    /// Where its object header is.
    let address: Int
    /// What that says.
    let dataset: DatasetMetadata
  }

  /// The dataset to which links lead by `name`.
  func dataset(
    _ name: String, withAttributes: Bool = false
  ) throws(StorageError) -> FoundDataset {
    guard let (file, header) = try find(name) else { throw missing(name) }
    guard DatasetMetadata.isDataset(header) else {
      let isGroup = GroupLinks.isGroup(header)
      let object = "\(isGroup ? "group" : "object") \"\(name)\""
      throw .format(
        path: file.file.path, object: object, reason: "is not a dataset; \(DatasetList(file).sentence)")
    }
    return try Self.naming(name, file.file.path) { () throws(StorageError) in
      var dataset = try DatasetMetadata(header, file)
      if withAttributes { dataset.attributes = try DatasetAttributes(header, file) }
      return FoundDataset(file: file, address: header.address, dataset: dataset)
    }
  }

  /// The group to which links lead by `name`, if it holds a sparse matrix; nil for anything else.
  func sparseGroup(_ name: String) throws(StorageError) -> SparseGroup? {
    guard let (file, header) = try find(name) else { return nil }
    return try SparseGroup(header, file, name: name)
  }

  /// The object to which links lead by `name`, and its file; nil if there is none.
  func find(_ name: String) throws(StorageError) -> (file: MetadataFile, header: ObjectHeader)? {
    name.utf8.contains(0) ? nil : try ObjectLookup.find(name, in: file, folders)
  }

  /// Throws unless libhdf5 can be trusted with every object of a file and its attributes.
  static func checkAll(_ file: MetadataFile) throws(StorageError) {
    var walk = ObjectWalk(file)
    while let (step, header) = try walk.next() {
      try AttributeMetadata.check(header)
      guard DatasetMetadata.isDataset(header) else { continue }
      let name = walk.shownPath(step)
      let dataset = try naming(name, file.file.path) { () throws(StorageError) in
        try DatasetMetadata(header, file)
      }
      if case .virtual = dataset.layout { continue }
      if DatasetForm.unsuitability(dataset) == nil { try StoredDataset.checkPlaces(dataset, name, file) }
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
