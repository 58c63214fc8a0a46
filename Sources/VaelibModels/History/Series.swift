/// A metric of the training or the validation examples: a column of the history.
public struct Series: Sendable, Hashable {
  public let metric: Metric
  public let isValidation: Bool

  public init(_ metric: Metric, validation: Bool = false) {
    self.metric = metric
    isValidation = validation
  }

  /// For example "kl" and "validation_kl".
  public var name: String { isValidation ? "validation_" + metric.rawValue : metric.rawValue }

  /// The two columns that this one is the difference of.
  var terms: (Series, Series)? {
    metric.terms.map { (Series($0, validation: isValidation), Series($1, validation: isValidation)) }
  }

  /// Every column that a history may have, in order: terms of the validation examples follow those of the training.
  public static let all: [Series] = kept.flatMap { metric in
    let quantity = metric.definition.validation
    let terms = quantity == nil ? [] : kept.filter { $0.definition.validation == quantity }
    return [Series(metric)] + (terms.last == metric ? terms.map { Series($0, validation: true) } : [])
  }

  private static var kept: [Metric] { Metric.allCases.filter { $0.definition.keeping != .no } }

  /// Those that files hold.
  public static let stored = all.filter { $0.metric.definition.keeping == .stored }
}
