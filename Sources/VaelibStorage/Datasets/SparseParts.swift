import VaelibNumerics

/// The datasets that a sparse matrix consists of, found by their names in its group.
struct SparseParts {
  private let group: SparseGroup
  private let check: MetadataCheck
  private let folders: ExternalFolders

  init(_ group: SparseGroup, _ check: MetadataCheck, _ folders: ExternalFolders) {
    (self.group, self.check, self.folders) = (group, check, folders)
  }

  /// A dataset with one axis, nil in the place of one without numbers; the type of its numbers in memory, and how many
  /// there are.
  func list(
    _ name: String, wholeNumbers: Bool = false
  ) throws(StorageError) -> (stored: StoredDataset?, elementType: ElementType, count: Int) {
    let path = group.name + "/" + name
    let found = try check.dataset(path)
    // A matrix of zeros has no entries.
    if found.dataset.shape == [0], let type = DatasetForm.elementType(found.dataset.type)?.type {
      return (nil, type, 0)
    }
    var selection = DatasetSelection()
    selection.followsConventions = false
    let stored = try StoredDataset(found.dataset, name: path, found.file, selection, folders)
    let form = stored.form
    guard form.storedShape.count == 1, !form.element.haveAxis else {
      throw error(
        stored, "has \(HDF5.Session.describe(form.storedShape)); the parts of a sparse matrix have one axis")
    }
    guard !wholeNumbers || form.elementType.isInteger || found.dataset.type == .unsignedInteger(byteCount: 8)
    else {
      throw error(stored, "holds \(found.dataset.type.name); whole numbers are expected there")
    }
    return (stored, form.elementType, form.storedShape[0])
  }

  /// Whole numbers, all of them: few.
  func numbers(_ name: String) throws(StorageError) -> [Int] {
    let (stored, _, count) = try list(name, wholeNumbers: true)
    guard let stored, count <= Self.fewNumbers else { return [] }
    var numbers = [Int64](repeating: 0, count: count)
    try numbers.withUnsafeMutableBufferPointer { (buffer) throws(StorageError) in
      guard let base = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
      try stored.read([0..<count], as: .int64, into: base)
    }
    return numbers.map(Int.init)
  }

  private static let fewNumbers = 64

  /// Where the rows begin, or what else messages call what is stored one after another, and where the last one ends, as
  /// 64-bit numbers.
  func offsets(of rows: Int, called name: String) throws(StorageError) -> ByteBuffer {
    let (stored, _, count) = try list("indptr", wholeNumbers: true)
    guard let stored, count == rows + 1 else {
      throw group.error(
        "is damaged: it has \(count) numbers in indptr, but \(rows) \(name)s, whose begins and the last one's end are "
          + "\(rows + 1)")
    }
    try stored.checkChunks(ChunkMemory(memoryBudget: 0, isResident: true))
    let bytes = count * MemoryLayout<Int64>.size
    guard let buffer = ByteBuffer(count: bytes) else {
      throw .memory(path: group.path, byteCount: bytes)
    }
    try stored.read([0..<count], as: .int64, into: buffer.base)
    return buffer
  }

  private func error(_ stored: StoredDataset, _ reason: String) -> StorageError {
    .format(path: stored.reader.file.path, object: stored.label, reason: reason)
  }
}
