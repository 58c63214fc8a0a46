import VaelibModels

/// Finds the datasets behind an `HDF5Dataset` in their file and reads what of them is kept in memory.
struct DatasetOpening {
  private let check: MetadataCheck

  init(_ path: String) throws(StorageError) {
    check = try MetadataCheck(try ReadableFile(path))
  }

  /// The dataset `name` with its labels from the same file, if a dataset of them is named; throws unless vaelib reads them.
  func dataset(_ name: String, labels: String?) throws(StorageError) -> (StoredDataset, Labels?) {
    let (address, dataset) = try check.dataset(name)
    let stored = try StoredDataset(dataset, name: Self.path(name), check.file)
    guard let labels else { return (stored, nil) }
    let rows = stored.form.shape[0]
    let (labelsAddress, labelsDataset) = try check.dataset(labels)
    // A set that labels itself: what leads to its values was read already.
    let source = labelsAddress == address ? stored : try labelSource(labelsDataset, labels)
    return (stored, try LabelReader(source, labelsDataset.datatype, rows: rows, of: stored.label).read())
  }

  /// The labels in dataset `name`: one for each of the `rows` rows of the dataset that messages call `dataset` (nil:
  /// however many there are).
  func labels(_ name: String, rows: Int?, of dataset: String) throws(StorageError) -> Labels {
    let labels = try check.dataset(name).dataset
    return try LabelReader(try labelSource(labels, name), labels.datatype, rows: rows, of: dataset).read()
  }

  private func labelSource(_ labels: DatasetMetadata, _ name: String) throws(StorageError) -> StoredDataset {
    try StoredDataset(labels, name: Self.path(name), check.file, asLabels: true)
  }

  /// A name without needless slashes.
  private static func path(_ name: String) -> String {
    let path = ObjectLookup.names(name.systemBytes[...]).joined(separator: [UInt8(ascii: "/")])
    return String(systemBytes: Array(path))
  }
}
