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
  /// `checkInChild` a child process reads everything first.
  public init(
    path: String, name: String, labels: String?, labelsPath: String? = nil, memoryBudget: Int, scale: Double,
    shift: Double, selection: DatasetSelection = DatasetSelection(), checkInChild: Bool = false
  ) throws(StorageError) {
    if checkInChild {
      try Self.checkInChild(path, name, labels: labelsPath == nil ? labels : nil, memoryBudget, selection)
      if let labelsPath, let labels { try Self.checkLabelsInChild(labelsPath, labels, selection) }
    }
    let opening = try DatasetOpening(path, externalFolders: selection.externalFolders)
    guard let matrix = try opening.sparseMatrix(name, selection, memoryBudget: memoryBudget) else {
      let source = try HDF5Source(
        path: path, name: name, labels: labels, labelsPath: labelsPath, memoryBudget: memoryBudget,
        scale: scale, shift: shift, selection: selection)
      (self.source, elementType, self.labels) = (source, source.elementType, source.labels)
      (hints, conventions) = (source.hints, source.conventions)
      return
    }
    let source = try SparseSource(matrix, memoryBudget: memoryBudget, scale: scale, shift: shift)
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
