import VaelibModels

/// The attributes of the group `checkpoint`.
let stateFields: [CheckpointField<TrainingState>] =
  [
    .count("layer", \.layer, 0...63),
    .count("epoch", \.epoch, 1...1_000_000_001),
    .count("rows", \.sums.rows, 0...1 << 52),
    .count("steps", \.steps, 0...1 << 52),
  ] + Metric.means.map { .metric("sum_" + $0.rawValue, $0) } + Metric.lasts.map { .metric($0.rawValue, $0) }
  + [
    .real("seconds", \.sums.seconds),
    .real("best_score", \.bestScore),
    .count("epochs_without_better", \.epochsWithoutBetter, 0...1_000_000_001),
    CheckpointField(
      name: "start_loss", get: { .real($0.startLoss ?? .nan) },
      set: { state, value in
        guard case .real(let number) = value else { return false }
        state.startLoss = number.isNaN ? nil : number
        return true
      }
    ).added(earlier: .real(.nan)),
    CheckpointField(
      name: "usual_gradient_norm", get: { .real($0.usualGradientNorm) },
      set: { state, value in
        guard case .real(let number) = value, number >= 0, number.isFinite else { return false }
        state.usualGradientNorm = number
        return true
      }
    ).added(earlier: .real(0)),
    CheckpointField(
      name: "complete", get: { .count($0.isComplete ? 1 : 0) },
      set: { state, value in
        guard case .count(let number) = value, (0...1).contains(number) else { return false }
        state.isComplete = number == 1
        return true
      }),
  ]

extension CheckpointField<TrainingState> {
  /// What the steps of the epoch told of a metric.
  fileprivate static func metric(_ name: String, _ metric: Metric) -> Self {
    Self(name: name, get: { .real($0.sums.values[metric]) }) { state, value in
      guard case .real(let number) = value else { return false }
      state.sums.values[metric] = number
      return true
    }
  }
}

/// The attributes of the groups `examples` and `validation` of a phase.
let dataFields: [CheckpointField<DataIdentity>] = [
  .count("rows", \.rows, 1...Int.max),
  .count("columns", \.columns, 1...Int.max),
  .real("scale", \.scale),
  .real("shift", \.shift),
  .count("first_row", \.firstRow, 0...Int.max),
  .count("arrangement", \.arrangement, -1...Int(UInt32.max)),
  .count("content", \.content, 0...Int(UInt32.max)),
  .count("labels", \.labels, -1...Int(UInt32.max)),
  CheckpointField.count("weights", \.weights, -1...Int(UInt32.max)).added(earlier: .count(-1)),
]
