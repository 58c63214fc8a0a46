import VaelibModels
import VaelibNumerics

/// What a checkpoint holds beside a model file's contents: the group `checkpoint`.
struct CheckpointContents {
  /// A group of attributes, by its path below the root; groups come before those inside them.
  struct Group {
    var path: String
    var attributes: [ModelContents.Attribute]
  }

  /// An array of floats, by its name in the group `checkpoint`; written from where it lies.
  struct Values {
    var name: String
    var shape: [Int]
    var values: FloatBuffer
  }

  var groups: [Group]
  var arrays: [Values]

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
      arrays.append(Values(name: Name.moments, shape: [kinds, moments.count / kinds], values: moments))
    }
    for (name, values) in [
      (Name.epochStart, state.epochStart), (Name.best, state.best), (Name.last, state.last),
    ] {
      if let values { arrays.append(Values(name: name, shape: [values.count], values: values)) }
    }
  }
}

/// A number of a checkpoint, by the name it has in files.
struct CheckpointField<Root: Sendable>: Sendable {
  let name: String
  let get: @Sendable (Root) -> AttributeValue
  /// False if the value cannot be right.
  let set: @Sendable (inout Root, AttributeValue) -> Bool

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
