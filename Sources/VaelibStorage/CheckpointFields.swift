import VaelibModels

/// The attributes of the group `checkpoint`.
let stateFields: [CheckpointField<TrainingState>] = [
  .count("layer", \.layer, 0...63),
  .count("epoch", \.epoch, 1...1_000_000_001),
  .count("rows", \.sums.rows, 0...1 << 52),
  .count("steps", \.steps, 0...1 << 52),
  .real("sum_loss", \.sums.loss),
  .real("sum_reconstruction", \.sums.reconstruction),
  .real("sum_kl", \.sums.kl),
  .real("sum_error", \.sums.error),
  .real("kl_weight", \.sums.klWeight),
  .real("learning_rate", \.sums.learningRate),
  .real("seconds", \.sums.seconds),
  .real("best_score", \.bestScore),
  .count("epochs_without_better", \.epochsWithoutBetter, 0...1_000_000_001),
  CheckpointField(
    name: "complete", get: { .count($0.isComplete ? 1 : 0) },
    set: { state, value in
      guard case .count(let number) = value, (0...1).contains(number) else { return false }
      state.isComplete = number == 1
      return true
    }),
]

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
]
