/// What identifies a set of examples: its size and scaling, the order in which it is read, and a sample of its content.
public struct DataIdentity: Sendable, Equatable {
  public var rows = 0
  public var columns = 0
  public var scale = 1.0
  public var shift = 0.0
  /// The place of row 0 in the set this one was cut from.
  public var firstRow = 0
  /// A checksum of the blocks and windows in which a set is read from files, on which the order of its rows depends; -1
  /// for a set in memory, where the order depends on their number alone.
  public var arrangement = -1
  /// A checksum of a sample of the rows.
  public var content = 0
  /// A checksum of the labels or targets; -1 where none are learned.
  public var labels = -1
  /// A checksum of the weights; -1 where there are none.
  public var weights = -1

  public init() {}

  /// How this set differs from that of a checkpoint, as a sentence without its full stop; `what` names both.
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
    if labels != saved.labels { return "the labels or targets of \(what) are not those of the checkpoint" }
    if weights != saved.weights { return "the weights of \(what) are not those of the checkpoint" }
    if arrangement != saved.arrangement {
      return
        "\(what) come in another order than in the checkpoint: the memory budget, the chunks of the files, or the "
        + "composition of the set have changed"
    }
    return nil
  }
}

extension ExampleSource {
  /// What the order of the rows depends on, besides their number, if they are read from files: for each part how many
  /// rows it has, where they begin and end, and the sizes of blocks and windows.
  public var arrangement: [Int] {
    parts.flatMap { part in
      [part.count, part.rows[0], part.rows[part.count - 1], part.stored.blockRows, part.stored.windowRows]
    }
  }
}
