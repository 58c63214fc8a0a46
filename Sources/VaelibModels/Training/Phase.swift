/// What a model is being trained for.
public struct Phase: Sendable, Hashable {
  /// The kinds of phases. The numbers stand in files and in the header.
  public enum Kind: Int, CaseIterable, Sendable {
    /// One layer of a stack learns to denoise its input.
    case pretraining = 0
    /// All layers of a stack and its head learn labels or targets.
    case supervised = 1
    /// A stack, unrolled into one auto-encoder, learns to reconstruct examples.
    case unsupervised = 2
    /// A variational auto-encoder learns the lower bound.
    case fit = 3

    /// What checkpoints, files and messages call it.
    public var name: String {
      switch self {
      case .pretraining: "pretraining"
      case .supervised: "supervised"
      case .unsupervised: "unsupervised"
      case .fit: "fit"
      }
    }

    /// What it does, for messages.
    var purpose: String {
      switch self {
      case .pretraining: "pretraining stacks"
      case .supervised: "fine-tuning stacks with labels or targets"
      case .unsupervised: "fine-tuning stacks without them"
      case .fit: "fitting variational auto-encoders"
      }
    }

    /// Whether labels or targets are learned.
    public var usesLabels: Bool {
      switch self {
      case .supervised: true
      case .pretraining, .unsupervised, .fit: false
      }
    }
  }

  public var kind: Kind
  /// The layer that is pretrained; 0 in other phases.
  public var layer: Int

  public init(_ kind: Kind, layer: Int = 0) {
    self.kind = kind
    self.layer = layer
  }
}
