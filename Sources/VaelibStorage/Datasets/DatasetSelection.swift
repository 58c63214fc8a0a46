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

  /// How many examples so many rows make; nil if they make none.
  func examples(rows: Int, rowBytes: Int) -> Int? {
    guard let windows else { return rows }
    let count = windows.count(rows: rows)
    return count > 0 && product([windows.length, rowBytes]) != nil ? count : nil
  }

  /// Why they make none, as the predicate of a sentence.
  func tooFewRows(_ rows: Int) -> String {
    "has \(rows) rows, fewer than the window of \(windows?.length ?? 1)"
  }
}
