public import VaelibNumerics

/// The rows of a set with further columns behind their own, which are held in memory.
///
/// The rows keep their places, and the order in which they are read. Scaling is that of the set; the further columns are
/// as they are.
public final class WidenedSource: ExampleSource {
  private let narrow: any ExampleSource
  public let columns: Int
  public let parts: [ExamplePart]

  /// There must be as many `added` rows as rows.
  public init(_ narrow: any ExampleSource, with added: HeldRows) throws(NumericsError) {
    self.narrow = narrow
    columns = narrow.columns + added.columns
    var parts: [ExamplePart] = []
    for part in narrow.parts { parts.append(try part.widened(by: added.select(part.positions))) }
    self.parts = parts
  }

  public var rows: Int { narrow.rows }
  public var scale: Double { narrow.scale }
  public var shift: Double { narrow.shift }
  public var firstRow: Int { narrow.firstRow }
}

extension ExampleSource {
  /// Calls `body` with the numbers of all further columns, row after row.
  public func forEachAdded(_ body: (Float) -> Void) {
    let parts = parts
    if parts.allSatisfy({ $0.added == nil }) { return }
    for item in parts.itemTable(rows: rows) {
      guard let added = parts[item.part].added else { continue }
      let row = added.row(item.index)
      for column in 0..<added.columns { body(row[column]) }
    }
  }
}
