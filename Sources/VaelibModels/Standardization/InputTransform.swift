import VaelibNumerics

/// What becomes of columns before the encoder sees them: a function of each number, then one scale for all columns.
struct InputTransform: Sendable {
  let function: ColumnFunction
  let standardization: Standardization?
  /// Whether the likelihood sees columns in the same way, or as they are.
  let isOfLikelihoodToo: Bool

  static let none = InputTransform(function: .identity, standardization: nil, isOfLikelihoodToo: true)

  var isNone: Bool { function == .identity && standardization == nil }
  /// Whether rows that are worked on are changed where they lie.
  var changesExamples: Bool { isOfLikelihoodToo && !isNone }
}

/// A function of the numbers of a column.
enum ColumnFunction: Sendable, Equatable {
  case identity
  /// log x, of numbers above 0.
  case logarithm
  /// log(1 + x), of counts.
  case logarithmOfOnePlus
  /// Of so many categories 0, 1, ...: as many numbers, 1 in the place of the category, else 0.
  case oneHot(Int)
  /// Nothing, of what no network sees.
  case unseen

  /// How many numbers become of one.
  var results: Int {
    switch self {
    case .oneHot(let classes): classes
    case .unseen: 0
    case .identity, .logarithm, .logarithmOfOnePlus: 1
    }
  }

  /// `out`, [count * results], may be `values` where there is one result.
  func apply(_ values: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, count: Int) {
    switch self {
    case .identity: if UnsafePointer(out) != values { out.update(from: values, count: count) }
    case .logarithm: kernels.logarithm(values, out, count)
    case .logarithmOfOnePlus: kernels.logarithmOfOnePlus(values, out, count)
    case .oneHot(let classes):
      out.update(repeating: 0, count: count * classes)
      for column in 0..<count { out[column * classes + Int(values[column])] = 1 }
    case .unseen: break
    }
  }
}

/// What the encoder sees of an example: of each group of columns, what its transformation makes of them.
struct InputLayout: Sendable {
  struct Part: Sendable {
    let columns: Range<Int>
    let inputs: Range<Int>
    let transform: InputTransform
  }

  let parts: [Part]
  /// What becomes of missing numbers.
  let missing: MissingValues

  /// How many numbers the encoder sees.
  let width: Int
  /// Whether it sees examples as they are.
  let isNone: Bool
  /// Whether it sees examples where they lie, changed or not.
  let isInPlace: Bool
  /// Whether examples are changed where they lie.
  let changesExamples: Bool

  init(_ parts: [Part], missing: MissingValues) {
    self.parts = parts
    self.missing = missing
    let (columns, inputs) = (parts.last?.columns.upperBound ?? 0, parts.last?.inputs.upperBound ?? 0)
    width = inputs + (missing == .indicate ? columns : 0)
    isNone = missing == .refuse && parts.allSatisfy(\.transform.isNone)
    // The likelihood needs a number that the column may hold where the encoder sees 0.
    isInPlace = missing == .refuse && parts.allSatisfy(\.transform.isOfLikelihoodToo)
    changesExamples = missing != .refuse || parts.contains { $0.transform.changesExamples }
  }

  /// Columns that are brought to one scale.
  var standardized: [StandardizedColumns] {
    parts.compactMap { part in
      part.transform.standardization.map {
        StandardizedColumns(
          columns: part.columns, inputs: part.inputs, function: part.transform.function, standardization: $0)
      }
    }
  }
}

/// Columns of examples, the inputs that they become, a function of their numbers, and what brings that to one scale.
struct StandardizedColumns {
  let columns: Range<Int>
  let inputs: Range<Int>
  let function: ColumnFunction
  let standardization: Standardization
}

/// Transformations at work on rows.
final class InputTransformer {
  private struct Part {
    let columns: Range<Int>
    let input: Int
    let transform: InputTransform
    let standardizer: Standardizer?
  }

  private let parts: [Part]
  /// Where it begins what the encoder sees of which columns are missing, and how many columns there are.
  private let indicators: (first: Int, count: Int)?

  init(_ layout: InputLayout) throws(NumericsError) {
    let (columns, inputs) = (
      layout.parts.last?.columns.upperBound ?? 0, layout.parts.last?.inputs.upperBound ?? 0
    )
    indicators = layout.missing == .indicate ? (inputs, columns) : nil
    var parts: [Part] = []
    for part in layout.parts {
      var standardizer: Standardizer?
      if let standardization = part.transform.standardization {
        standardizer = try Standardizer(standardization)
      }
      parts.append(
        Part(
          columns: part.columns, input: part.inputs.lowerBound, transform: part.transform,
          standardizer: standardizer))
    }
    self.parts = parts
  }

  /// Must be called whenever parameters may have changed.
  func begin(parameters: UnsafePointer<Float>) {
    for part in parts { part.standardizer?.begin(parameters: parameters) }
  }

  /// Transforms an example, where likelihoods see it so, and writes what the encoder sees to `inputs`, which is the
  /// example itself where `isInPlace`. What is missing has been filled with any number of its column.
  func apply(
    _ example: UnsafeMutablePointer<Float>, missing: MissingColumns,
    into inputs: UnsafeMutablePointer<Float>
  ) {
    for part in parts {
      let (values, count) = (example + part.columns.lowerBound, part.columns.count)
      let input = inputs + part.input
      let place = part.transform.isOfLikelihoodToo ? values : input
      part.transform.function.apply(values, into: place, count: count)
      part.standardizer?.apply(to: place)
      if place != input { input.update(from: place, count: count) }
    }
    if !missing.isEmpty { hide(missing, in: inputs) }
    guard let indicators else { return }
    (inputs + indicators.first).update(repeating: 0, count: indicators.count)
    missing.forEach { inputs[indicators.first + $0] = 1 }
  }

  /// Sets what the encoder sees of missing columns to 0.
  private func hide(_ missing: MissingColumns, in inputs: UnsafeMutablePointer<Float>) {
    var rest = missing
    for part in parts {
      let results = part.transform.function.results
      rest.takeColumns(before: part.columns.upperBound).forEach { column in
        let first = part.input + (column - part.columns.lowerBound) * results
        (inputs + first).update(repeating: 0, count: results)
      }
    }
  }
}
