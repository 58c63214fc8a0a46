/// What a set of examples is known by: its size and scaling, how it is dealt out, and a sample of what it holds.
public struct DataIdentity: Sendable, Equatable {
  public var rows = 0
  public var columns = 0
  public var scale = 1.0
  public var shift = 0.0
  /// The place of row 0 in the set this one was cut from.
  public var firstRow = 0
  /// Rows are shuffled within so many blocks of so many rows at a time.
  public var blockRows = 0
  public var windowBlocks = 0
  /// A checksum of a sample of the rows.
  public var content = 0
  /// A checksum of the labels; -1 where none are learned.
  public var labels = -1

  public init() {}

  /// In what this set differs from the one of a checkpoint, as a sentence without its end; `what` names both.
  func difference(from saved: DataIdentity, what: String) -> String? {
    func named(_ verbs: (String, String), _ old: Any, _ new: Any, _ unit: String) -> String {
      "\(what) \(verbs.0) \(old)\(unit) in the checkpoint, \(verbs.1) \(new)\(unit) now"
    }
    if rows != saved.rows { return named(("had", "have"), saved.rows, rows, " rows") }
    if columns != saved.columns { return named(("had", "have"), saved.columns, columns, " columns") }
    if scale != saved.scale { return named(("had scale", "have scale"), saved.scale, scale, "") }
    if shift != saved.shift { return named(("had shift", "have shift"), saved.shift, shift, "") }
    if firstRow != saved.firstRow {
      return named(("began at row", "begin at row"), saved.firstRow, firstRow, " of their set")
    }
    if content != saved.content { return "the values of \(what) are not those of the checkpoint" }
    if labels != saved.labels { return "the labels of \(what) are not those of the checkpoint" }
    if (blockRows, windowBlocks) != (saved.blockRows, saved.windowBlocks) {
      return
        "\(what) were read in blocks of \(saved.blockRows) rows, \(saved.windowBlocks) at a time, in the checkpoint, "
        + "are read in blocks of \(blockRows), \(windowBlocks) at a time, now: the memory budget or the file's chunks "
        + "are others, and with them the order of the examples"
    }
    return nil
  }
}
