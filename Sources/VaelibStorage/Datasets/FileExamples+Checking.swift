import Glibc

extension FileExamples {
  /// Reads the whole of a dataset or sparse matrix, and its labels, in a child process; throws if that did not go well.
  static func checkInChild(
    _ path: String, _ name: String, labels: String?, _ memoryBudget: Int, _ selection: DatasetSelection,
    _ isStopped: () -> Bool
  ) throws(StorageError) {
    let byteCount = try ReadableFile(path).byteCount
    _ = try ChildProcess.run(path, byteCount: byteCount, isStopped: isStopped) {
      (stepDone) throws(StorageError) in
      let opening = try DatasetOpening(path, externalFolders: selection.externalFolders)
      if let matrix = try opening.sparseMatrix(name, selection, memoryBudget: memoryBudget) {
        if let labels { _ = try opening.labels(labels, of: matrix, selection) }
        try matrix.readThrough(stepDone)
        return []
      }
      let stored = try opening.dataset(name, labels: labels, selection).stored
      let isResident = stored.form.byteCount <= memoryBudget
      try stored.checkChunks(ChunkMemory(memoryBudget: memoryBudget, isResident: isResident))
      try stored.reader.readThrough(stepDone)
      return []
    }
  }

  /// Reads a dataset of labels in a child process; throws if that did not go well.
  static func checkLabelsInChild(
    _ path: String, _ name: String, _ selection: DatasetSelection, _ isStopped: () -> Bool
  ) throws(StorageError) {
    let byteCount = try ReadableFile(path).byteCount
    _ = try ChildProcess.run(path, byteCount: byteCount, isStopped: isStopped) { (_) throws(StorageError) in
      _ = try DatasetOpening(path, externalFolders: selection.externalFolders).labels(
        name, rows: nil, of: "a dataset")
      return []
    }
  }
}
