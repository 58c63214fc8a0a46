import VaelibModels

/// What callers should know of a dataset that is read otherwise than they may think.
enum ReadingHints {
  static func all(
    _ stored: StoredDataset, _ dataset: DatasetMetadata, _ selection: DatasetSelection, _ file: MetadataFile
  ) -> [String] {
    [axis(stored, dataset, selection, file), signal(stored, selection)].compactMap(\.self)
  }

  /// Programs whose first axis is last in the file.
  private static func axis(
    _ stored: StoredDataset, _ dataset: DatasetMetadata, _ selection: DatasetSelection, _ file: MetadataFile
  ) -> String? {
    let shape = stored.form.storedShape
    guard selection.rowAxis == nil, shape.count >= 2 else { return nil }
    func hint(_ why: String, _ axis: Int) -> String {
      "\(stored.label): \(why), but axis 0, of length \(shape[0]), counts the examples here; row_axis=\(axis) takes axis "
        + "\(axis), of length \(shape[axis]), and row_axis=0 leaves it as it is"
    }
    if dataset.attributes["MATLAB_class"] != nil, shape.contains(where: { $0 > 1 }) {
      return hint("MATLAB wrote it, whose rows are the last axis of a file", shape.count - 1)
    }
    if shape.count == 2, isLoom(stored.name, file) { return hint("in a loom file columns are cells", 1) }
    return nil
  }

  /// Whether a dataset is a matrix of the loom format, where attributes of rows and of columns are kept beside it.
  private static func isLoom(_ name: String, _ file: MetadataFile) -> Bool {
    guard name == "matrix" || name.hasPrefix("layers/"), let root = try? file.header(at: file.root),
      GroupLinks.isGroup(root)
    else { return false }
    return ["row_attrs", "col_attrs"].allSatisfy { (try? file.link(Array($0.utf8)[...], of: root)) != nil }
  }

  /// One number an example is seldom what is meant.
  private static func signal(_ stored: StoredDataset, _ selection: DatasetSelection) -> String? {
    let form = stored.form
    guard form.storedShape.count == 1, !form.element.haveAxis, selection.windows == nil, form.shape[0] > 1
    else {
      return nil
    }
    return
      "\(stored.label) has one axis, so each of its \(form.shape[0]) numbers is an example of one column; "
      + "window=N cuts it into examples of N numbers, and window=1 leaves it as it is"
  }
}
