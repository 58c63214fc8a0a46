/// The columns that an example lacks, in ascending order.
///
/// Valid as long as the `MissingEntries` that it is of, until that takes other rows.
struct MissingColumns {
  static var none: MissingColumns { MissingColumns(UnsafeBufferPointer(start: nil, count: 0)[...]) }

  private let columns: Slice<UnsafeBufferPointer<Int32>>
  /// The column that counts as 0.
  private let origin: Int

  init(_ columns: Slice<UnsafeBufferPointer<Int32>>, origin: Int = 0) {
    (self.columns, self.origin) = (columns, origin)
  }

  var isEmpty: Bool { columns.isEmpty }
  var count: Int { columns.count }

  func forEach(_ body: (Int) -> Void) {
    for column in columns { body(Int(column) - origin) }
  }

  /// The same, counted from a column on, where a run of columns begins before which none of them lies.
  func counted(from first: Int) -> MissingColumns { MissingColumns(columns, origin: origin + first) }

  /// Calls `body` for each of the first `count` columns that is not missing.
  func forEachObserved(count: Int, _ body: (Int) -> Void) {
    var place = columns.startIndex
    for column in 0..<count {
      if place < columns.endIndex, Int(columns[place]) - origin == column {
        place += 1
      } else {
        body(column)
      }
    }
  }

  /// Takes those that lie before column `end` off the beginning, for runs of columns one after another.
  mutating func takeColumns(before end: Int) -> MissingColumns {
    var place = columns.startIndex
    while place < columns.endIndex, Int(columns[place]) - origin < end { place += 1 }
    let first = MissingColumns(columns[..<place], origin: origin)
    self = MissingColumns(columns[place...], origin: origin)
    return first
  }
}
