/// What messages call columns: by their numbers, from 0, and by their names where these are texts.
extension ColumnNames {
  /// A column: column 3 ("age").
  public func text(_ column: Int) -> String { "column \(column)" + (name(column).map { " (\($0))" } ?? "") }

  /// Neighbouring columns, with the verb that follows: columns 3 to 5 ("age" to "weight") hold.
  func holding(_ columns: Range<Int>) -> String {
    let (first, last) = (columns.lowerBound, columns.upperBound - 1)
    if first == last { return text(first) + " holds" }
    let names = name(first).flatMap { first in name(last).map { " (\(first) to \($0))" } }
    return "columns \(first) to \(last)\(names ?? "") hold"
  }

  /// The names of some of the columns, one run after another, for rows of these alone.
  func ofColumns(_ runs: [Range<Int>]) -> ColumnNames {
    var found = ColumnNames()
    found.names = names?.ofPlaces(runs)
    return found
  }

  /// In quotation marks, on one line whatever it holds; nil without a name, or if it is a number.
  private func name(_ column: Int) -> String? {
    guard let names, names.kind == .text, names.names.indices.contains(column) else { return nil }
    return names.names[column].debugDescription
  }
}
