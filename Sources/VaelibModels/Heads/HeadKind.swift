import VaelibNetworks

/// The heads there are, by the names that the header, files and bindings use.
public enum HeadKind: String, CaseIterable, Sendable {
  /// One of several classes.
  case softmax
  /// Real numbers.
  case gaussian
  /// Labels that apply or not, independently of each other.
  case sigmoid
}

extension HeadKind {
  /// What stands behind the name.
  var type: any Head.Type {
    switch self {
    case .softmax: SoftmaxHead.self
    case .gaussian: GaussianHead.self
    case .sigmoid: SigmoidHead.self
    }
  }

  /// Those that learn targets; the other one learns labels.
  public static var ofTargets: [HeadKind] { allCases.filter { $0 != .softmax } }

  /// How many outputs it may have.
  public var outputCounts: ClosedRange<Int> { type.outputCounts }
}

/// Which head a stack has, and its width.
public struct HeadShape: Sendable, Equatable {
  public let kind: HeadKind
  public let outputs: Int

  public init(_ kind: HeadKind, outputs: Int) { (self.kind, self.outputs) = (kind, outputs) }

  /// How many numbers it learns of a row.
  var targetColumns: Int { kind.type.targetColumns(outputs: outputs) }

  /// The head that these examples, `what`, need. Throws if they have neither labels nor targets, or unsuitable ones.
  static func needed(for examples: LabeledExamples, what: String) throws(ModelError) -> HeadShape {
    let kind = examples.targets?.head ?? .softmax
    return HeadShape(kind, outputs: try kind.type.outputs(for: examples, what: what))
  }

  /// Throws if a head of this shape cannot learn what these examples tell.
  func check(_ examples: LabeledExamples, what: String) throws(ModelError) {
    if let targets = examples.targets, targets.head != kind {
      throw .invalidArgument(
        "\(what) have targets for a \(targets.head.rawValue) head; the stack has a \(kind.rawValue) head")
    }
    try kind.type.check(examples, outputs: outputs, what: what)
  }
}

/// More outputs than that are a mistake.
let greatestOutputCount = 1 << 20
