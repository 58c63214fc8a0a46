import VaelibModels

/// Finds the datasets behind an `HDF5Dataset` in their file and reads what of them is kept in memory.
struct DatasetOpening {
  private let check: MetadataCheck
  private let folders: ExternalFolders

  /// `externalFolders`: see `DatasetSelection`.
  init(_ path: String, externalFolders: [String]) throws(StorageError) {
    folders = ExternalFolders(externalFolders)
    check = try MetadataCheck(try ReadableFile(path), folders)
  }

  /// The dataset `name` as `selection` wants it, with its labels from the same file, if a dataset of them is named; throws
  /// unless vaelib reads them.
  func dataset(
    _ name: String, labels: String?, _ selection: DatasetSelection
  ) throws(StorageError) -> OpenedDataset {
    let found = try check.dataset(name, withAttributes: true)
    let stored = try StoredDataset(found.dataset, name: Self.path(name), found.file, selection, folders)
    let hints = ReadingHints.all(stored, found.dataset, selection, found.file)
    let examples = try Self.examples(stored, selection)
    guard let labels else {
      return OpenedDataset(stored: stored, examples: examples, labels: nil, hints: hints)
    }
    if let categories = try CategoricalLabels(Self.path(labels), check) {
      let read = try self.labels(
        categories, rows: examples, of: stored.label, otherAxes: stored.form.otherAxes)
      return OpenedDataset(stored: stored, examples: examples, labels: read, hints: hints)
    }
    let foundLabels = try check.dataset(labels)
    // A set that labels itself: what leads to its values was read already.
    let isSame = foundLabels.file === found.file && foundLabels.address == found.address
    let source = isSame ? stored : try labelSource(foundLabels, labels)
    let reader = try LabelReader(
      source, foundLabels.dataset.datatype, foundLabels.file, rows: examples, of: stored.label,
      otherAxes: stored.form.otherAxes)
    return OpenedDataset(stored: stored, examples: examples, labels: try reader.read(), hints: hints)
  }

  /// The sparse matrix that `name` leads to, with all that leads to its values checked; nil if it leads to a dataset, or
  /// to nothing. Throws if that is a matrix's values alone.
  func sparseMatrix(_ name: String, _ selection: DatasetSelection) throws(StorageError) -> SparseMatrix? {
    guard let group = try check.sparseGroup(Self.path(name)) else {
      try SparseGroup.refuseValues(name, check)
      return nil
    }
    return try SparseMatrix(group, selection, check, folders)
  }

  /// The labels in dataset `name` for a sparse matrix.
  func labels(
    _ name: String, of matrix: SparseMatrix, _ selection: DatasetSelection
  ) throws(StorageError) -> Labels {
    try labels(name, rows: try matrix.examples(selection), of: matrix.label)
  }

  struct OpenedDataset {
    let stored: StoredDataset
    /// How many examples there are.
    let examples: Int
    let labels: Labels?
    /// What callers should know.
    let hints: [String]
  }

  /// The labels in dataset `name`: one for each of the `rows` examples of the dataset that messages call `dataset` (nil:
  /// however many there are), whose axes that do not count examples are `otherAxes`.
  func labels(
    _ name: String, rows: Int?, of dataset: String, otherAxes: [DatasetForm.Axis] = []
  ) throws(StorageError) -> Labels {
    if let categories = try CategoricalLabels(Self.path(name), check) {
      return try labels(categories, rows: rows, of: dataset, otherAxes: otherAxes)
    }
    return try plainLabels(name, rows: rows, of: dataset, otherAxes: otherAxes)
  }

  private func labels(
    _ categories: CategoricalLabels, rows: Int?, of dataset: String, otherAxes: [DatasetForm.Axis]
  ) throws(StorageError) -> Labels {
    let codes = try plainLabels(categories.codes, rows: rows, of: dataset, otherAxes: otherAxes)
    let names = try plainLabels(categories.categories, rows: nil, of: dataset, otherAxes: [])
    return try CategoricalLabels.labels(codes, names) { reason in
      .format(path: check.file.file.path, object: StoredDataset.label(categories.codes), reason: reason)
    }
  }

  private func plainLabels(
    _ name: String, rows: Int?, of dataset: String, otherAxes: [DatasetForm.Axis]
  ) throws(StorageError) -> Labels {
    let labels = try check.dataset(name)
    return try LabelReader(
      try labelSource(labels, name), labels.dataset.datatype, labels.file, rows: rows, of: dataset,
      otherAxes: otherAxes
    ).read()
  }

  /// How many examples the rows are; throws unless there are some.
  private static func examples(
    _ stored: StoredDataset, _ selection: DatasetSelection
  ) throws(StorageError) -> Int {
    let form = stored.form
    guard
      let count = selection.examples(rows: form.shape[0], rowBytes: form.columns * form.elementType.byteCount)
    else {
      throw .format(
        path: stored.reader.file.path, object: stored.label, reason: selection.tooFewRows(form.shape[0]))
    }
    return count
  }

  private func labelSource(
    _ labels: MetadataCheck.FoundDataset, _ name: String
  ) throws(StorageError) -> StoredDataset {
    let stored = try StoredDataset(
      labels.dataset, name: Self.path(name), labels.file, DatasetSelection(), folders, asLabels: true)
    try stored.checkChunks(ChunkMemory(memoryBudget: 0, isResident: true))
    return stored
  }

  /// A name without needless slashes.
  private static func path(_ name: String) -> String {
    let path = ObjectLookup.names(name.systemBytes[...]).joined(separator: [UInt8(ascii: "/")])
    return String(systemBytes: Array(path))
  }
}
