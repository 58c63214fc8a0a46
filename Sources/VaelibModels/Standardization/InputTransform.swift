import VaelibNumerics

/// What becomes of the columns of examples before the encoder sees them: a function of each number, then one scale for all
/// columns.
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
enum ColumnFunction: Sendable {
  case identity
  /// log x, of numbers above 0.
  case logarithm
  /// log(1 + x), of counts.
  case logarithmOfOnePlus

  /// `out` may be `values`.
  func apply(_ values: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, count: Int) {
    switch self {
    case .identity: if UnsafePointer(out) != values { out.update(from: values, count: count) }
    case .logarithm: kernels.logarithm(values, out, count)
    case .logarithmOfOnePlus: kernels.logarithmOfOnePlus(values, out, count)
    }
  }
}

/// A transformation at work on rows.
final class InputTransformer {
  private let transform: InputTransform
  private let standardizer: Standardizer?

  init(_ transform: InputTransform) throws(NumericsError) {
    self.transform = transform
    if let standardization = transform.standardization {
      standardizer = try Standardizer(standardization)
    } else {
      standardizer = nil
    }
  }

  /// Must be called whenever parameters may have changed.
  func begin(parameters: UnsafePointer<Float>) { standardizer?.begin(parameters: parameters) }

  /// `out` may be `values`.
  func apply(_ values: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, count: Int) {
    transform.function.apply(values, into: out, count: count)
    standardizer?.apply(to: out)
  }
}
