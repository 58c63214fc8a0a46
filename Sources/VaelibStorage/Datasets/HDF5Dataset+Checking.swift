import Glibc

extension HDF5Dataset {
  /// Bytes that are read in one step of a check.
  private static let stepBytes = 8 << 20

  /// Reads the whole of a dataset and its labels in a child process; throws if that did not go well.
  static func checkInChild(_ path: String, _ name: String, labels: String?) throws(StorageError) {
    let byteCount = try ReadableFile(path).byteCount
    _ = try ChildProcess.run(path, byteCount: byteCount) { (stepDone) throws(StorageError) in
      try HDF5Dataset(path: path, name: name, labels: labels, memoryBudget: 0).readThrough(stepDone)
      return []
    }
  }

  /// Reads a dataset of labels in a child process; throws if that did not go well.
  static func checkLabelsInChild(_ path: String, _ name: String) throws(StorageError) {
    let byteCount = try ReadableFile(path).byteCount
    _ = try ChildProcess.run(path, byteCount: byteCount) { (_) throws(StorageError) in
      _ = try DatasetOpening(path, dataset: nil, labels: name).labels(name, rows: nil, of: "a dataset")
      return []
    }
  }

  /// Reads every row, through all filters and checksums.
  func readThrough(_ stepDone: () -> Void) throws(StorageError) {
    let boxes = columnBoxes(bufferBytes: Self.stepBytes)
    // Many small bands at a time, or the boxes of one.
    let step = bandRows * (boxes.count == 1 ? max(1, Self.stepBytes / rowByteCount / bandRows) : 1)
    for first in stride(from: 0, to: rows, by: step) {
      for box in boxes {
        try forEachPart(
          of: first..<min(rows, first + step), box, bufferBytes: Self.stepBytes, throughLibrary: true
        ) { (_, _) throws(StorageError) in stepDone() }
      }
    }
  }
}
