/// Examples with a label for each row: a class, 0 to classes - 1, or what `numbered` makes one of.
public struct LabeledExamples: Sendable {
  public let source: any ExampleSource
  /// nil where there are no labels.
  public let labels: [Int]?
  /// What the labels stand for.
  let meaning: Labels.Meaning
  /// What the classes are called by which labels were numbered.
  let classNames: ClassNames?
  /// Where they were in the set that they are a part of, for errors that name rows; nil for where they are.
  var rowsOfWhole: RowIndices?

  public init(_ source: any ExampleSource, labels: [Int]? = nil, meaning: Labels.Meaning = .classNumbers) {
    self.source = source
    self.labels = labels
    self.meaning = meaning
    classNames = nil
  }

  /// Labels that are numbers of classes with these names.
  init(_ source: any ExampleSource, labels: [Int], classNames: ClassNames?) {
    self.source = source
    self.labels = labels
    meaning = .classNumbers
    self.classNames = classNames
  }

  func name(of row: Int) -> Int { rowsOfWhole?[row] ?? row }

  /// The label of a row.
  func label(row: Int) -> Int { labels?[row] ?? 0 }

  /// The label of the example at a place of the whole set.
  func label(place: Int) -> Int { label(row: place - source.firstRow) }

  /// How many classes there are; throws unless every one of them occurs.
  func countClasses(what: String) throws(ModelError) -> Int {
    guard let labels else {
      throw .invalidArgument("\(what) have no labels; supervised fine-tuning needs one integer a row")
    }
    if let row = labels.firstIndex(where: { $0 < 0 }) {
      throw .data("\(what) have label \(labels[row]) at row \(name(of: row)); labels count from 0")
    }
    let highest = labels.max() ?? 0
    let present = Set(labels)
    if highest >= StackedAutoencoder.greatestClassCount {
      throw .data(
        "\(what) have a label \(highest); labels are 0 to classes - 1, at most \(StackedAutoencoder.greatestClassCount) classes"
      )
    }
    if let missing = (0...highest).first(where: { !present.contains($0) }) {
      throw .data(
        "\(what) have labels up to \(highest) but none is \(missing); number the classes without gaps")
    }
    if highest == 0 { throw .data("\(what) have label 0 only; a classifier needs at least two classes") }
    return highest + 1
  }

  /// Throws if a label is not known to a classifier.
  public func check(classes: Int, what: String) throws(ModelError) {
    guard let labels else { throw .invalidArgument("\(what) have no labels; one integer a row is needed") }
    if let row = labels.firstIndex(where: { !(0..<classes).contains($0) }) {
      throw .data(
        "\(what) have label \(labels[row]) at row \(name(of: row)); the classifier knows 0 to \(classes - 1)")
    }
  }
}
