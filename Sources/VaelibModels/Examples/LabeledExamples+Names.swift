/// Labels that are names, as the numbers of classes.
extension LabeledExamples {
  /// The names of the classes that occur, in order, for a classifier to be made; nil if they are 0, 1, 2, ... anyway.
  func occurringClasses(what: String) throws(ModelError) -> ClassNames? {
    guard let labels else { return nil }
    switch meaning {
    case .classNumbers: return nil
    case .values:
      let values = Set(labels).sorted()
      if values == Array(0..<values.count) { return nil }
      try Self.checkCount(values.count, what)
      return try ClassNames(values.map(String.init), kind: .integer)
    case .named(let names):
      try checkAllNamed(labels, what)
      let occurring = Set(labels).sorted()
      try Self.checkCount(occurring.count, what)
      return try ClassNames(occurring.map { names.names[$0] }, kind: names.kind)
    }
  }

  /// The same examples with the numbers that the classes have among `names`; nil stands for the numbers themselves.
  /// Throws if a label is not among them.
  func numbered(by names: ClassNames?, what: String) throws(ModelError) -> LabeledExamples {
    guard let labels else { return self }
    let numbers: [Int]
    switch meaning {
    case .classNumbers: return self
    case .values:
      // Texts are names that somebody gave to numbered classes.
      if let names, names.kind != .text {
        let known = Dictionary(
          names.keys.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        numbers = try number(labels, what, names) { known[.integer(Int64($0))] }
      } else {
        numbers = labels
      }
    case .named(let own):
      try checkAllNamed(labels, what)
      numbers = try number(labels, of: own, by: names, what)
    }
    var examples = LabeledExamples(source, labels: numbers, classNames: names)
    (examples.weights, examples.whole) = (weights, whole)
    return examples
  }

  private func number(
    _ labels: [Int], of own: ClassNames, by names: ClassNames?, _ what: String
  ) throws(ModelError) -> [Int] {
    guard let names else {
      if own.kind == .boolean { return labels }
      throw .invalidArgument(
        "\(what) have labels with names, such as \"\(own.names[labels.first ?? 0])\", but the classes of the stack have "
          + "none; name them in the order of their numbers (vaelib_stack_set_class_names())")
    }
    let known = Dictionary(names.keys.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let table = own.keys.map { known[$0] }
    return try number(labels, what, names, name: { "\"\(own.names[$0])\"" }) { table[$0] }
  }

  private func number(
    _ labels: [Int], _ what: String, _ names: ClassNames, name: (Int) -> String = { "\($0)" },
    _ numberOf: (Int) -> Int?
  ) throws(ModelError) -> [Int] {
    var numbers: [Int] = []
    numbers.reserveCapacity(labels.count)
    for (row, label) in labels.enumerated() {
      guard let number = numberOf(label) else {
        throw .data(
          "\(what) have label \(name(label)) at row \(row); the classifier knows \(names.sentence)")
      }
      numbers.append(number)
    }
    return numbers
  }

  private func checkAllNamed(_ labels: [Int], _ what: String) throws(ModelError) {
    guard let row = labels.firstIndex(where: { $0 < 0 }) else { return }
    throw .data(
      "\(what) have no label at row \(name(of: row)): the file has no category there; leave such rows out "
        + "(vaelib_dataset_select())")
  }

  private static func checkCount(_ count: Int, _ what: String) throws(ModelError) {
    guard count <= greatestOutputCount else {
      throw .data(
        "\(what) have \(count) different labels; at most \(greatestOutputCount) classes are allowed"
      )
    }
  }
}
