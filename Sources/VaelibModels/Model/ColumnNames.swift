/// What the columns of a model's examples are called, which types they had, and what their categories are called. All
/// of it is for programs that have tables, and for messages: the library itself knows columns and categories by their
/// numbers.
public struct ColumnNames: Sendable, Equatable {
  /// A name for each column; nil if they have none.
  public internal(set) var names: ClassNames?
  /// A text for each column, which means something to the program that gave it; nil if there are none.
  public internal(set) var types: [String]?
  /// The names of the categories 0, 1, ... of columns that have such, by the columns' numbers.
  public internal(set) var categories: [Int: ClassNames] = [:]

  public init() {}

  public var isEmpty: Bool { self == ColumnNames() }
}

extension Model {
  /// Names the columns; nil removes the names. Throws unless there is one for each column.
  public func setColumnNames(_ names: ClassNames?) throws(ModelError) {
    if let names { try checkCount(names.names.count, "names") }
    changeRecord { $0.columns.names = names }
  }

  /// Keeps a text for each column; nil removes them. Throws if there are more or fewer, or one is too long.
  public func setColumnTypes(_ types: [String]?) throws(ModelError) {
    if let types {
      try checkCount(types.count, "types")
      for (column, type) in types.enumerated() {
        try ClassNames.checkLength(type, "the type of \(record.columns.text(column))")
      }
    }
    changeRecord { $0.columns.types = types }
  }

  private func checkCount(_ count: Int, _ what: String) throws(ModelError) {
    if count != dataDimension {
      throw .invalidArgument("there are \(count) \(what); the model has \(dataDimension) columns")
    }
  }
}

extension VariationalAutoencoder {
  /// How many categories there are in a column: those of likelihood categorical, or the two values of Bernoulli's; 0 for
  /// any other.
  public func categoryCount(column: Int) -> Int {
    var end = 0
    for group in configuration.decidedGroups {
      end += group.columns
      if column < end { return group.categoryCount }
    }
    return 0
  }

  /// The numbers of the columns that have categories, and how many.
  public var categoryCounts: [(column: Int, count: Int)] {
    var first = 0
    return configuration.decidedGroups.flatMap { group in
      defer { first += group.columns }
      return group.categoryCount == 0 ? [] : (first..<first + group.columns).map { ($0, group.categoryCount) }
    }
  }

  /// Names the categories 0, 1, ... of a column; nil removes the names. Throws unless there is one for each.
  public func setCategoryNames(_ names: ClassNames?, column: Int) throws(ModelError) {
    guard (0..<dataDimension).contains(column) else {
      throw .invalidArgument(
        "column is \(UInt(bitPattern: column)); the model has columns 0 to \(dataDimension - 1)")
    }
    let count = categoryCount(column: column)
    if let names, names.names.count != count {
      let name = record.columns.text(column)
      throw .invalidArgument(
        count == 0
          ? "\(name) has no categories to name: its likelihood is neither categorical nor bernoulli"
          : "there are \(names.names.count) names; \(name) has \(count) categories")
    }
    changeRecord { $0.columns.categories[column] = names }
  }
}

extension ColumnGroup {
  /// How many categories each of its columns has; 0 if their numbers are no categories.
  fileprivate var categoryCount: Int {
    switch likelihood {
    case .categorical: classes
    case .bernoulli: 2
    default: 0
    }
  }
}
