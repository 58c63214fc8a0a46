import VaelibModels
import VaelibNumerics

/// What a checkpoint holds beside a model file's contents: the group `checkpoint`.
struct CheckpointContents {
  /// A group of attributes, by its path below the root; groups come before those inside them.
  struct Group {
    var path: String
    var attributes: [ModelContents.Attribute]
  }

  var groups: [Group]
  /// By their paths below the root.
  var arrays: [ModelContents.Tensor]

  /// The names of groups, attributes and arrays.
  enum Name {
    static let group = "checkpoint"
    static let training = "training"
    static let examples = "examples"
    static let validation = "validation"
    static let order = "order"
    static let moments = "moments"
    static let epochStart = "epoch_start"
    static let best = "best"
    static let last = "last"
  }

  /// The group of a phase, or a group in it.
  static func path(_ phase: String, _ group: String? = nil) -> String {
    ([Name.group, phase] + (group.map { [$0] } ?? [])).joined(separator: "/")
  }
}

extension CheckpointContents {
  init(runs: [RunIdentity], state: TrainingState) {
    groups = [Group(path: Name.group, attributes: stateFields.map { $0.attribute(state) })]
    for (order, run) in runs.enumerated() {
      groups.append(
        Group(
          path: Self.path(run.phase.name), attributes: [.init(name: Name.order, value: .count(order))]))
      groups.append(
        Group(
          path: Self.path(run.phase.name, Name.training),
          attributes: TrainingConfiguration.parameters.map { $0.attribute(run.configuration) }))
      for (name, data) in [(Name.examples, run.examples), (Name.validation, run.validation)] {
        guard let data else { continue }
        groups.append(
          Group(path: Self.path(run.phase.name, name), attributes: dataFields.map { $0.attribute(data) }))
      }
    }
    arrays = []
    if let moments = state.moments, let run = runs.last {
      let kinds = run.configuration.optimizer.moments
      arrays.append(Self.array(Name.moments, [kinds, moments.count / kinds], moments))
    }
    for (name, values) in [
      (Name.epochStart, state.epochStart), (Name.best, state.best), (Name.last, state.last),
    ] {
      if let values { arrays.append(Self.array(name, [values.count], values)) }
    }
  }

  private static func array(_ name: String, _ shape: [Int], _ values: FloatBuffer) -> ModelContents.Tensor {
    .init(
      name: HDF5.Session.join(Name.group, name), shape: shape, values: FloatSlice(values, 0..<values.count))
  }
}

/// A number of a checkpoint, by the name it has in files.
struct CheckpointField<Root: Sendable>: Sendable {
  let name: String
  let get: @Sendable (Root) -> AttributeValue
  /// False if the value cannot be right.
  let set: @Sendable (inout Root, AttributeValue) -> Bool
  /// What stands for it in files that were written before there was this field; nil if all files have it.
  private(set) var earlierValue: AttributeValue?

  init(
    name: String, get: @escaping @Sendable (Root) -> AttributeValue,
    set: @escaping @Sendable (inout Root, AttributeValue) -> Bool
  ) {
    (self.name, self.get, self.set) = (name, get, set)
  }

  /// The same field, which earlier files lack.
  func added(earlier value: AttributeValue) -> Self {
    var copy = self
    copy.earlierValue = value
    return copy
  }

  func attribute(_ root: Root) -> ModelContents.Attribute { .init(name: name, value: get(root)) }

  /// A whole number within `range`.
  static func count(
    _ name: String, _ path: any WritableKeyPath<Root, Int> & Sendable, _ range: ClosedRange<Int>
  ) -> Self {
    Self(name: name, get: { .count($0[keyPath: path]) }) { root, value in
      guard case .count(let number) = value, range.contains(number) else { return false }
      root[keyPath: path] = number
      return true
    }
  }

  static func real(_ name: String, _ path: any WritableKeyPath<Root, Double> & Sendable) -> Self {
    Self(name: name, get: { .real($0[keyPath: path]) }) { root, value in
      guard case .real(let number) = value else { return false }
      root[keyPath: path] = number
      return true
    }
  }
}
