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
    let column = try columnLabels(
      Self.path(labels), rows: examples, of: stored.label, otherAxes: stored.form.otherAxes)
    if let column {
      return OpenedDataset(stored: stored, examples: examples, labels: column, hints: hints)
    }
    let foundLabels = try check.dataset(labels)
    // A set that labels itself: what leads to its values was read already.
    let isSame = foundLabels.file === found.file && foundLabels.address == found.address
    let source = isSame ? stored : try labelSource(foundLabels, labels)
    let read = try Self.labels(
      source, foundLabels, rows: examples, of: stored.label, otherAxes: stored.form.otherAxes)
    return OpenedDataset(stored: stored, examples: examples, labels: read, hints: hints)
  }

  /// The sparse matrix that `name` leads to, with all that leads to its values checked; nil if it leads to a dataset, or
  /// to nothing. Throws if that is a matrix's values alone, and `cancelled` once `isStopped`, which is asked often.
  func sparseMatrix(
    _ name: String, _ selection: DatasetSelection, memoryBudget: Int, isStopped: () -> Bool = { false }
  ) throws(StorageError) -> (any SparseRows)? {
    guard let group = try check.sparseGroup(Self.path(name)) else {
      try SparseGroup.refuseValues(name, check)
      return nil
    }
    guard selection.columns == nil else { throw group.unread("is no table; leave columns out") }
    let parts = SparseParts(group, check, folders)
    let form = try group.form(parts.numbers)
    let storesRows = try group.storesRows(selection.rowAxis, form)
    let stored = try SparseMatrix(
      group, form, parts, names: storesRows ? .rows : .columns, memoryBudget: memoryBudget)
    return storesRows ? stored : try SparseColumns(stored, group, isStopped: isStopped)
  }

  /// The labels in dataset `name` for a sparse matrix.
  func labels(
    _ name: String, of matrix: any SparseRows, _ selection: DatasetSelection
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
    let column = try columnLabels(Self.path(name), rows: rows, of: dataset, otherAxes: otherAxes)
    if let column { return column }
    return try plainLabels(name, rows: rows, of: dataset, otherAxes: otherAxes)
  }

  /// The labels in a column of AnnData's `obs` that is more than one dataset; nil if `name` leads to something else.
  private func columnLabels(
    _ name: String, rows: Int?, of dataset: String, otherAxes: [DatasetForm.Axis]
  ) throws(StorageError) -> Labels? {
    if let column = try NullableColumn(name, check) {
      return try labels(column, rows: rows, of: dataset, otherAxes: otherAxes)
    }
    guard let column = try CategoricalLabels(name, check) else { return nil }
    let codes = try plainLabels(column.codes, rows: rows, of: dataset, otherAxes: otherAxes)
    return try CategoricalLabels.labels(codes, try categories(column.categories)) { reason in
      .format(path: check.file.file.path, object: StoredDataset.label(column.codes), reason: reason)
    }
  }

  /// The names of categories. AnnData writes texts of pandas' own type as a column of which entries may be missing.
  private func categories(_ name: String) throws(StorageError) -> Labels {
    guard let column = try NullableColumn(name, check) else {
      return try plainLabels(
        name, rows: nil, of: "a column of categories", otherAxes: [], maybeOneHot: false)
    }
    let names = try labels(column, rows: nil, of: "a column of categories", otherAxes: [])
    guard !names.numbers.contains(where: { $0 < 0 }) || names.meaning == .values else {
      throw columnError(name, "has categories without names: its mask must be false everywhere")
    }
    return names
  }

  private func labels(
    _ column: NullableColumn, rows: Int?, of dataset: String, otherAxes: [DatasetForm.Axis]
  ) throws(StorageError) -> Labels {
    let values = try plainLabels(column.values, rows: rows, of: dataset, otherAxes: otherAxes)
    let mask = try mask(column, rows: values.numbers.count, of: dataset)
    return try NullableColumn.labels(values, mask) { columnError(column.name, $0) }
  }

  private func mask(
    _ column: NullableColumn, rows: Int, of dataset: String
  ) throws(StorageError) -> Labels {
    let mask = try plainLabels(column.mask, rows: rows, of: dataset, otherAxes: [])
    guard mask.numbers.allSatisfy({ (0...1).contains($0) }) else {
      throw columnError(column.name, "has a mask with other values than false and true")
    }
    return mask
  }

  /// Where the numbers of a column are of which none is missing; nil if `name` leads to something else. Throws if one is
  /// missing.
  func completeColumn(_ name: String, rows: Int) throws(StorageError) -> String? {
    guard let column = try NullableColumn(Self.path(name), check) else { return nil }
    let mask = try mask(column, rows: rows, of: "a column of \(rows) numbers")
    if let row = mask.numbers.firstIndex(where: { $0 != 0 }) {
      throw columnError(
        column.name, "has no number at row \(row), where its mask is true; each row needs one")
    }
    return column.values
  }

  private func columnError(_ name: String, _ reason: String) -> StorageError {
    .format(path: check.file.file.path, object: "column \"\(name)\"", reason: reason)
  }

  private func plainLabels(
    _ name: String, rows: Int?, of dataset: String, otherAxes: [DatasetForm.Axis], maybeOneHot: Bool = true
  ) throws(StorageError) -> Labels {
    let labels = try check.dataset(name)
    return try Self.labels(
      try labelSource(labels, name), labels, rows: rows, of: dataset, otherAxes: otherAxes,
      maybeOneHot: maybeOneHot)
  }

  /// One label a row, or a matrix with a column for each class.
  private static func labels(
    _ source: StoredDataset, _ found: MetadataCheck.FoundDataset, rows: Int?, of dataset: String,
    otherAxes: [DatasetForm.Axis], maybeOneHot: Bool = true
  ) throws(StorageError) -> Labels {
    if maybeOneHot, let matrix = OneHotLabels(source, rows: rows) { return try matrix.read() }
    return try LabelReader(
      source, found.dataset.datatype, found.file, rows: rows, of: dataset, otherAxes: otherAxes
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
