import VaelibNumerics

extension LabeledExamples {
  /// The examples to train on, and those held out for validation.
  ///
  /// Throws `ModelError.invalidArgument` if none can be held out: there is one, or each class has one.
  ///
  /// - Parameter fraction: above 0 and below 1.
  func divided(
    fraction: Double, _ split: ValidationSplit, seed: UInt64
  ) throws -> (training: LabeledExamples, validation: LabeledExamples) {
    let rows = source.rows
    guard rows > 1 else {
      throw ModelError.invalidArgument(
        "validation_fraction \(fraction) leaves none of the \(rows) examples to train on; set it to 0")
    }
    switch split {
    case .last:
      let kept = rows - RowSplit.validationRows(of: rows, fraction: fraction)
      let training = slice(0..<kept)
      try training.checkClasses(of: self, fraction)
      return (training, slice(kept..<rows))
    case .random:
      // The rows of both sides, where they are in the stored data, and their labels.
      try MemoryReserve.require(rows, bytes: 5 * MemoryLayout<Int>.stride)
      let split = rowSplit(fraction: fraction, seed: seed)
      if split.validation.isEmpty {
        throw ModelError.invalidArgument(
          "validation_fraction \(fraction) can hold out no example: every class has one, which stays for training. Set "
            + "it to 0, or give more examples with labels")
      }
      return (select(split.training), select(split.validation))
    }
  }

  /// Whether a class has more than one example, so that one can be held out; true without labels.
  var canBeDivided: Bool { labels.map { Set($0).count < $0.count } ?? true }

  /// Throws if a class of the whole set is not left in the part that is trained on.
  private func checkClasses(of whole: LabeledExamples, _ fraction: Double) throws(ModelError) {
    guard let labels, let all = whole.labels else { return }
    // What is below 0 is no class, and is refused as such.
    if let lost = Set(all).subtracting(labels).filter({ $0 >= 0 }).min() {
      let name = classNames.flatMap { $0.names.indices.contains(lost) ? "\"\($0.names[lost])\"" : nil }
      throw .invalidArgument(
        "validation_fraction \(fraction) holds out the last rows, and with them all of class \(name ?? "\(lost)"): use "
          + "validation_split random, or shuffle the examples first")
    }
  }

  private func rowSplit(fraction: Double, seed: UInt64) -> RowSplit {
    guard let labels else { return RowSplit(rows: source.rows, fraction: fraction, seed: seed) }
    return RowSplit(rows: source.rows, fraction: fraction, seed: seed) { Int64(labels[$0]) }
  }

  private func slice(_ rows: Range<Int>) -> LabeledExamples {
    with(
      SliceSource(source, rows: rows), labels: labels.map { Array($0[rows]) }, targets?.select(.run(rows)),
      weights?.slice(rows), .run(rows))
  }

  /// These rows, in this order.
  func select(_ rows: [Int]) -> LabeledExamples {
    with(
      SelectionSource(source, rows: rows), labels: labels.map { labels in rows.map { labels[$0] } },
      targets?.select(.list(rows)), weights?.select(rows), .list(rows))
  }

  private func with(
    _ part: any ExampleSource, labels: [Int]?, _ targets: Targets?, _ weights: ExampleWeights?,
    _ rows: RowIndices
  ) -> LabeledExamples {
    var examples = LabeledExamples(part)
    if let labels { examples = LabeledExamples(part, labels: labels, classNames: classNames) }
    if let targets { examples = LabeledExamples(part, targets: targets) }
    examples.weights = weights
    let rowsOfWhole = whole.map { whole in RowIndices.list((0..<rows.count).map { whole.rows[rows[$0]] }) }
    examples.whole = (whole?.source ?? source, rowsOfWhole ?? rows)
    return examples
  }
}
