public import VaelibModels
public import VaelibNumerics

/// Examples in an HDF5 file, opened: a dataset, or a group that holds a sparse matrix.
public struct FileExamples {
  public let source: any StoredExamples
  public let elementType: ElementType
  /// One label for each example, if a dataset of labels was named.
  public let labels: Labels?
  /// What the caller should know of the dataset.
  public let hints: [String]
  /// What of the file's conventions was followed; empty if there was nothing.
  public let conventions: String

  /// `name` is that of the dataset or group; the others are as in `HDF5Source.init`, which says what is thrown. With
  /// `checkInChild` a child process reads everything first. Throws `cancelled` once `isStopped`, which is asked often on
  /// this thread.
  public init(
    path: String, name: String, labels: String?, labelsPath: String? = nil, memoryBudget: Int, scale: Double,
    shift: Double, selection: DatasetSelection = DatasetSelection(), checkInChild: Bool = false,
    isStopped: () -> Bool = { false }
  ) throws(StorageError) {
    if isStopped() { throw .cancelled }
    if checkInChild {
      let own = labelsPath == nil ? labels : nil
      try Self.checkInChild(path, name, labels: own, memoryBudget, selection, isStopped)
      if let labelsPath, let labels { try Self.checkLabelsInChild(labelsPath, labels, selection, isStopped) }
    }
    let opening = try DatasetOpening(path, externalFolders: selection.externalFolders)
    let found = try opening.sparseMatrix(name, selection, memoryBudget: memoryBudget, isStopped: isStopped)
    guard let matrix = found else {
      let source = try HDF5Source(
        path: path, name: name, labels: labels, labelsPath: labelsPath, memoryBudget: memoryBudget,
        scale: scale, shift: shift, selection: selection, isStopped: isStopped)
      (self.source, elementType, self.labels) = (source, source.elementType, source.labels)
      (hints, conventions) = (source.hints, source.conventions)
      return
    }
    let source = try SparseSource(
      matrix, memoryBudget: memoryBudget, scale: scale, shift: shift, isStopped: isStopped)
    (self.source, elementType, hints, conventions) = (source, source.elementType, source.hints, "")
    _ = try matrix.examples(selection)
    self.labels = try labels.map { (labels) throws(StorageError) in
      let from =
        try labelsPath.map { (path) throws(StorageError) in
          try DatasetOpening(path, externalFolders: selection.externalFolders)
        } ?? opening
      return try from.labels(labels, of: matrix, selection)
    }
  }
}
