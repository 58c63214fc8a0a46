import Glibc

extension HDF5Dataset {
  /// Bytes that are read in one step of a check.
  private static let stepBytes = 8 << 20

  /// Reads the whole of a dataset and its labels in a child process; throws if that did not go well.
  static func checkInChild(_ path: String, _ name: String, labels: String?) throws(StorageError) {
    let byteCount = try ReadableFile(path).byteCount
    _ = try ChildProcess.run(path, byteCount: byteCount) { (stepDone) throws(StorageError) in
      try HDF5Dataset(path: path, name: name, labels: labels, memoryBudget: 0).readThrough(stepDone)
      return ""
    }
  }

  /// Reads every row, through all filters and checksums.
  func readThrough(_ stepDone: () -> Void) throws(StorageError) {
    let step = min(rows, max(chunkRows ?? 1, Self.stepBytes / rowByteCount, 1))
    guard let bytes = product([step, rowByteCount]), let memory = malloc(bytes) else {
      throw .memory(path: path, byteCount: rowByteCount)
    }
    defer { free(memory) }
    var first = 0
    while first < rows {
      let end = min(rows, first + step)
      try readThroughLibrary(rows: first..<end, into: memory)
      first = end
      stepDone()
    }
  }
}
