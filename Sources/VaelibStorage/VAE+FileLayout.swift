import VaelibModels

/// What saving and loading a VAE agree on, beyond `ModelFile`.
extension VariationalAutoencoder {
  /// The `kind` of its files.
  static let fileKind = "vae"

  static let historyColumns: [HistoryColumn<EpochRecord>] = [
    HistoryColumn(count: "epoch", \.epoch),
    HistoryColumn(
      "examples_seen", get: { Double($0.examplesSeen) },
      set: {
        guard let count = UInt64(exactly: $1) else { return false }
        $0.examplesSeen = count
        return true
      }),
    HistoryColumn("loss", \.loss),
    HistoryColumn("reconstruction", \.training.reconstruction),
    HistoryColumn("kl", \.training.kl),
    HistoryColumn("validation_reconstruction", \.validation.reconstruction),
    HistoryColumn("validation_kl", \.validation.kl),
    HistoryColumn("kl_weight", \.klWeight),
    HistoryColumn("learning_rate", \.learningRate),
    HistoryColumn("seconds", \.seconds),
  ]
}
