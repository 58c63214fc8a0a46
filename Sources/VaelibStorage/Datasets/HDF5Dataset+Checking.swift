import Glibc

extension HDF5Dataset {
  /// Reads the whole of a dataset and its labels in a child process; throws if that did not go well.
  static func checkInChild(
    _ path: String, _ name: String, labels: String?, _ selection: DatasetSelection
  ) throws(StorageError) {
    let byteCount = try ReadableFile(path).byteCount
    _ = try ChildProcess.run(path, byteCount: byteCount) { (stepDone) throws(StorageError) in
      try HDF5Dataset(path: path, name: name, labels: labels, memoryBudget: 0, selection: selection)
        .readThrough(stepDone)
      return []
    }
  }

  /// Reads a dataset of labels in a child process; throws if that did not go well.
  static func checkLabelsInChild(
    _ path: String, _ name: String, _ selection: DatasetSelection
  ) throws(StorageError) {
    let byteCount = try ReadableFile(path).byteCount
    _ = try ChildProcess.run(path, byteCount: byteCount) { (_) throws(StorageError) in
      _ = try DatasetOpening(path, externalFolders: selection.externalFolders).labels(
        name, rows: nil, of: "a dataset")
      return []
    }
  }

  /// Reads every byte that is stored, through all filters and checksums.
  private func readThrough(_ stepDone: () -> Void) throws(StorageError) {
    try stored?.reader.readThrough(stepDone)
  }
}
