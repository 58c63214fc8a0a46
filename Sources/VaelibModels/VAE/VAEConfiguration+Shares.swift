extension VAEConfiguration {
  /// Throws if counts are to be shares of a total where there is none to divide among columns, or none that is known.
  func checkShares() throws(ModelError) {
    for (index, group) in decidedGroups.enumerated() where group.options.countMean == .share {
      guard let problem = problem(ofSharesIn: group) else { continue }
      throw .invalidArgument(
        (groups.isEmpty ? "" : "column group \(index): ") + "count_mean is share, " + problem)
    }
  }

  private func problem(ofSharesIn group: ColumnGroup) -> String? {
    if group.condition == 1 {
      return "but the columns are conditions, which have no means of their own; leave count_mean at column"
    }
    // What is left to the data becomes no likelihood of counts.
    let name = group.likelihood?.rawValue ?? "auto"
    let counts = LikelihoodKind.counts.map(\.rawValue)
    if !counts.contains(name) {
      return "but likelihood \(name) is not one of counts; use \(counts.joined(separator: " or ")), or leave "
        + "count_mean at column"
    }
    if group.columns < 2 {
      return "but there is 1 column, whose share of the total is all of it; use count_mean column"
    }
    if group.options.standardize == 0 {
      return
        "which needs the mean total of the examples, but standardize is 0, so none is found; set standardize to 1"
    }
    return nil
  }
}
