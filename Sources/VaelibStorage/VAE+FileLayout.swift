import VaelibModels
import VaelibNetworks

/// What saving and loading a VAE agree on, beyond `ModelFile`.
extension VariationalAutoencoder {
  /// The `kind` of its files.
  static let fileKind = "vae"

  /// Attributes of the group `data`.
  enum DataAttribute {
    static let scale = "scale"
    static let shift = "shift"
  }
}

extension ParameterTensor {
  /// [rows, columns] for weights, [columns] for biases and learned variances.
  var fileShape: [Int] { name.hasSuffix("/weight") ? [rows, columns] : [columns] }
}

/// One column of the training history, by the name it has in files.
struct HistoryColumn: Sendable {
  let name: String
  let get: @Sendable (EpochRecord) -> Double
  let set: @Sendable (inout EpochRecord, Double) -> Void

  private init(_ name: String, _ path: any WritableKeyPath<EpochRecord, Double> & Sendable) {
    self.name = name
    get = { $0[keyPath: path] }
    set = { $0[keyPath: path] = $1 }
  }

  private init(
    _ name: String, get: @escaping @Sendable (EpochRecord) -> Double,
    set: @escaping @Sendable (inout EpochRecord, Double) -> Void
  ) {
    self.name = name
    self.get = get
    self.set = set
  }

  static let all = [
    HistoryColumn("epoch", get: { Double($0.epoch) }, set: { $0.epoch = Int(exactly: $1) ?? 0 }),
    HistoryColumn(
      "examples_seen", get: { Double($0.examplesSeen) }, set: { $0.examplesSeen = UInt64(exactly: $1) ?? 0 }),
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
