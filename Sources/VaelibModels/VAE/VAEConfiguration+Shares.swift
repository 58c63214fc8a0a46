extension VAEConfiguration {
  /// Throws if counts are to be shares of a total where there is none to divide among columns, or none that is known.
  func checkShares() throws(ModelError) {
    try checkGroups("count_mean is share", where: { $0.options.countMean == .share }, problem(ofSharesIn:))
  }

  private func problem(ofSharesIn group: ColumnGroup) -> String? {
    if group.isGiven {
      return
        "but the columns are \(group.condition == 1 ? "conditions, which have" : "a size factor, which has") no means of "
        + "their own; leave count_mean at column"
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
    if group.options.standardize == 0, !hasSizeFactor {
      return
        "which needs the mean total of the examples, but standardize is 0, so none is found; set standardize to 1"
    }
    return nil
  }

  /// Throws if there are several size factors, or one without counts that are shares of it.
  func checkSizeFactors() throws(ModelError) {
    let places = groups.indices.filter { groups[$0].sizeFactor == 1 }
    guard let place = places.first else { return }
    if places.count > 1 {
      throw .invalidArgument(
        "column groups \(place) and \(places[1]) both have size_factor 1; a row has one size factor")
    }
    if !groups.contains(where: { $0.options.countMean == .share }) {
      throw .invalidArgument(
        "column group \(place): size_factor is 1, but no column group has counts that are shares of it; set count_mean to "
          + "share in one, or leave the column out")
    }
  }
}
