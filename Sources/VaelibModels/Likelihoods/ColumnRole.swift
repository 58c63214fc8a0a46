/// What columns are to a model.
enum ColumnRole: Sendable {
  /// p(x|z) is of them.
  case modelled(LikelihoodKind)
  /// They are given, and networks see them as columns of this kind.
  case condition(LikelihoodKind)
  /// They are given: what counts are shares of. No network sees them.
  case sizeFactor

  var isGiven: Bool {
    if case .modelled = self { false } else { true }
  }

  /// What the columns become.
  var type: any Likelihood.Type {
    if case .modelled(let kind) = self { kind.type } else { GivenColumns.self }
  }

  /// As what networks see columns that are given; nil where they see nothing.
  var seenAs: LikelihoodKind? {
    if case .condition(let kind) = self { kind } else { nil }
  }
}

extension ColumnGroup {
  /// nil if the likelihood is left to the data.
  var role: ColumnRole? {
    if sizeFactor == 1 { return .sizeFactor }
    return likelihood.map { condition == 1 ? .condition($0) : .modelled($0) }
  }
}
