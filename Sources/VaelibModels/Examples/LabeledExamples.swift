/// Examples with what is to be learned of each row: a label, which is a class, 0 to classes - 1, or what `numbered` makes
/// one of; or targets. And how much each row counts.
public struct LabeledExamples: Sendable {
  public let source: any ExampleSource
  /// nil where there are no labels.
  public let labels: [Int]?
  /// nil where there are none, or labels.
  public let targets: Targets?
  /// One for each row; nil where all count the same.
  public var weights: ExampleWeights?
  /// What the labels stand for.
  let meaning: Labels.Meaning
  /// What the classes are called by which labels were numbered.
  let classNames: ClassNames?
  /// The set that they are a part of, and which rows of it they are, for errors that name rows; nil if they are all.
  var whole: (source: any ExampleSource, rows: RowIndices)?

  public init(_ source: any ExampleSource, labels: [Int]? = nil, meaning: Labels.Meaning = .classNumbers) {
    self.source = source
    self.labels = labels
    self.meaning = meaning
    classNames = nil
    targets = nil
  }

  /// Nothing to be learned of the rows but what they are; as many weights as there are rows.
  public init(_ source: any ExampleSource, weights: ExampleWeights?) {
    self.init(source)
    self.weights = weights
  }

  /// As many targets as there are rows.
  public init(_ source: any ExampleSource, targets: Targets) {
    self.source = source
    self.targets = targets
    labels = nil
    meaning = .classNumbers
    classNames = nil
  }

  /// Labels that are numbers of classes with these names.
  init(_ source: any ExampleSource, labels: [Int], classNames: ClassNames?) {
    self.source = source
    self.labels = labels
    targets = nil
    meaning = .classNumbers
    self.classNames = classNames
  }

  /// The same examples with nothing to be learned of them but what they are.
  public var withoutLabels: LabeledExamples {
    var examples = LabeledExamples(source, weights: weights)
    examples.whole = whole
    return examples
  }

  /// How much a row counts.
  func weight(row: Int) -> Float { weights?[row] ?? 1 }

  /// Which row of the whole set it is.
  func name(of row: Int) -> Int { whole?.rows[row] ?? row }

  /// Writes what a head learns of a row: the number of its class, which float32 holds exactly, or its targets.
  func copyTarget(row: Int, into target: UnsafeMutablePointer<Float>) {
    if let targets {
      target.update(from: targets.row(row), count: targets.columns)
    } else {
      target[0] = Float(labels?[row] ?? 0)
    }
  }

  /// The same of the example at a place of the whole set.
  func copyTarget(place: Int, into target: UnsafeMutablePointer<Float>) {
    copyTarget(row: place - source.firstRow, into: target)
  }

  /// How many classes there are; throws unless every one of them occurs.
  func countClasses(what: String) throws(ModelError) -> Int {
    guard let labels else {
      throw .invalidArgument(
        "\(what) have no labels; supervised fine-tuning needs one integer a row, or targets (vaelib_dataset_with_targets)"
      )
    }
    if let row = labels.firstIndex(where: { $0 < 0 }) {
      throw .data("\(what) have label \(labels[row]) at row \(name(of: row)); labels count from 0")
    }
    let highest = labels.max() ?? 0
    let present = Set(labels)
    if highest >= greatestOutputCount {
      throw .data(
        "\(what) have a label \(highest); labels are 0 to classes - 1, at most \(greatestOutputCount) classes"
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
