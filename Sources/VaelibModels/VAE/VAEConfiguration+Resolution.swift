extension VAEConfiguration {
  /// Decides on `examples` what was left to them: likelihoods, and numbers of categories. Binary data and grey levels get a
  /// Bernoulli likelihood, all others a Gaussian one.
  ///
  /// Throws `ModelError.data` if the width is another, and whatever the source throws.
  public mutating func resolve(for examples: any ExampleSource) throws {
    try ExampleCheck.shape(examples, columns: dataDimension, what: "the examples")
    if groups.isEmpty {
      if likelihood == nil { likelihood = Self.likelihood(of: try ValueKind.of(examples)) }
      return
    }
    try validate()
    let columns = groups.reduce(into: [Range<Int>]()) { ranges, group in
      let first = ranges.last?.upperBound ?? 0
      ranges.append(first..<first + group.columns)
    }
    let open = groups.indices.filter { groups[$0].role == nil }
    if !open.isEmpty {
      let kinds = try ValueKind.of(examples, groups: open.map { columns[$0] })
      for (index, kind) in zip(open, kinds) { groups[index].likelihood = Self.likelihood(of: kind) }
    }
    let uncounted = groups.indices.filter { groups[$0].likelihood == .categorical && groups[$0].classes == 0 }
    let counts = try categories(of: examples, groups: uncounted.map { columns[$0] })
    for (index, count) in zip(uncounted, counts) { groups[index].classes = count }
  }

  private static func likelihood(of kind: ValueKind) -> LikelihoodKind {
    kind.isOfProbabilities ? .bernoulli : .gaussian
  }

  /// Throws if something is left to the examples.
  func checkDecided() throws(ModelError) {
    for (index, group) in decidedGroups.enumerated() {
      let (place, remedy) =
        groups.isEmpty
        ? ("", "vaelib_vae_config_resolve(), in Python initialize(X)")
        : ("column group \(index): ", "vaelib_column_groups_resolve(), in Python initialize(X)")
      if group.role == nil {
        throw .invalidArgument(
          "\(place)likelihood is auto, and no examples were looked at to decide it: show it some (\(remedy)), or choose "
            + LikelihoodKind.allCases.filter { $0 != .categorical || !groups.isEmpty }.map(\.rawValue)
            .joined(separator: " or "))
      }
      if group.likelihood == .categorical, group.classes == 0 {
        throw .invalidArgument(
          "\(place)classes is 0, and no examples were looked at to count categories: show it some (\(remedy)), or say how "
            + "many there are")
      }
    }
  }
}
