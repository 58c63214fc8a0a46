import VaelibModels

/// Model files: the layout that docs/file-format.md describes.
public enum ModelFile {
  /// The value of the root attribute `format`, by which a model file is known.
  static let format = "vaelib-model"
  /// The newest layout this library writes and reads.
  static let formatVersion = 2

  /// The names of groups and root attributes.
  enum Name {
    static let format = "format"
    static let formatVersion = "format_version"
    static let libraryVersion = "vaelib_version"
    static let kind = "kind"
    static let architecture = "architecture"
    static let training = "training"
    static let data = "data"
    static let columnGroups = "column_groups"
    static let weights = "weights"
    static let history = "history"
    static let classes = "classes"
    /// Beside names as of `classes`, groups like that of the categories of columns, by their numbers.
    static let columns = "columns"
    static let columnTypes = "types"
    /// In the group `classes`: an attribute and a dataset.
    static let classType = "type"
    static let classNames = "names"
  }
}

extension ModelFile {
  /// The earliest format that says all of an architecture.
  static func formatVersion<Root>(of configuration: Root, _ parameters: [Parameter<Root>]) -> Int {
    let isNew = parameters.contains { $0.earlierValue != nil && $0.isNeeded(configuration) }
    return isNew ? formatVersion : 1
  }
}
