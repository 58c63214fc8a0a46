public import VaelibModels

/// What of a stored dataset are examples, and how its numbers are meant.
public struct DatasetSelection: Sendable {
  /// The names of the columns of a table, in the order in which they are wanted; nil for all that hold numbers.
  public var columns: [String]?
  /// The axis that counts examples; nil for the first.
  public var rowAxis: Int?
  /// Whether attributes that say what numbers mean are followed (`Packing`).
  public var followsConventions = true
  /// nil: each row is an example.
  public var windows: Windows?
  /// The folders whose files external links may lead to.
  public var externalFolders: [String] = []

  public init() {}
}
