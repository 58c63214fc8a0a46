/// A run of neighbouring columns that have one likelihood.
public struct ColumnGroup: Sendable, Equatable {
  /// How many columns there are.
  public var columns = 1
  /// nil leaves it to the data.
  public var likelihood: LikelihoodKind?
  /// How many categories each column has; 0 leaves it to the data.
  public var classes = 0
  /// 1 for columns that are given, not modelled.
  public var condition = 0
  /// 1 for a column that is given, which counts are shares of: the size factor of the row.
  public var sizeFactor = 0
  public var options = LikelihoodOptions()

  public init() {}

  /// Beyond it, numbers of categories are mistakes.
  static let greatestCategoryCount = 65_536

  /// Every parameter of a group, by the names that the header, files and bindings use.
  public static let parameters: [Parameter<ColumnGroup>] =
    [
      .count(
        "columns", \.columns, 1...maximumWidth, "1 to \(maximumWidth)",
        "How many neighbouring columns are of this group."),
      .choice(
        "likelihood", orAutomatic: \.likelihood,
        "p(x|z) of these columns; auto is bernoulli for binary data and grey levels, else gaussian."),
      .count(
        "classes", \.classes, 0...greatestCategoryCount, "0 to \(greatestCategoryCount)",
        "Likelihood categorical: how many categories each column has, which are stored as 0, 1, 2, ...; 0 leaves it to the "
          + "data."),
      .flag(
        "condition", \.condition,
        "1: the columns are given, not modelled: conditions c of p(x|z, c) and q(z|x, c), which networks see as the "
          + "likelihood's columns."
      ).added(earlier: .count(0)),
      .flag(
        "size_factor", \.sizeFactor,
        "1: the column is given, and seen by no network: the size factor of each row, which counts with count_mean share are "
          + "shares of in the place of the row's total; likelihood stays auto."
      ).added(earlier: .count(0)),
    ] + LikelihoodOptions.parameters.map { $0.within(\.options) }

  func validate() throws(ModelError) {
    for parameter in Self.parameters { try parameter.validate(self) }
    try likelihood?.type.check(options)
    if sizeFactor == 1 { try checkSizeFactor() }
  }

  private func checkSizeFactor() throws(ModelError) {
    if condition == 1 {
      throw .invalidArgument(
        "condition and size_factor are both 1, but networks see conditions, and no size factors; set one of them to 0"
      )
    }
    if columns != 1 {
      throw .invalidArgument(
        "size_factor is 1, but there are \(columns) columns; each row has one size factor, in a column of its own"
      )
    }
    if let likelihood {
      throw .invalidArgument(
        "size_factor is 1, but likelihood is \(likelihood.rawValue), and a size factor is not modelled; leave likelihood at "
          + "auto")
    }
  }

  /// Whether the columns are not modelled.
  var isGiven: Bool { condition == 1 || sizeFactor == 1 }
}
