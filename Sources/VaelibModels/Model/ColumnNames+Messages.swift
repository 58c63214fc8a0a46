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
    return Self.quoted(names.names[column])
  }

  /// Quotation marks and backslashes with a backslash, and other than printed letters by their numbers.
  private static func quoted(_ name: String) -> String {
    let letters = name.unicodeScalars.prefix(greatestLength).map { letter in
      switch letter {
      case "\"", "\\": "\\\(letter)"
      case "\n": "\\n"
      case "\t": "\\t"
      case _ where letter.properties.generalCategory == .control: "\\u{\(String(letter.value, radix: 16))}"
      default: String(letter)
      }
    }
    return "\"" + letters.joined() + (name.unicodeScalars.count > greatestLength ? "..." : "") + "\""
  }
  /// What is longer would hide the message.
  private static let greatestLength = 200
}
