import VaelibNumerics

/// What a query finds of the decoded latent samples of examples, beside their weights.
///
/// Functions of a row touch memory of that row only, so different rows may be worked on by different threads.
protocol DrawCollector {
  /// Whether there is nothing that it wants to see.
  static var collectsNothing: Bool { get }

  /// Called with the rows of a block, as they came, before they are encoded.
  func begin(_ examples: MatrixView)

  /// Called for a row of a block with some of its samples, one after another, in their order: sample
  /// `samples.lowerBound + i` is row `decoded + i` of the decoder, and draw i of `draws`.
  func collect(
    _ row: Int, _ example: UnsafePointer<Float>, missing: MissingColumns, place: Int, samples: Range<Int>,
    draws: UnsafePointer<Draw>, decoded: Int, of decoder: DecoderPass)
}

extension DrawCollector {
  static var collectsNothing: Bool { false }
  func begin(_ examples: MatrixView) {}
}

/// The weights are all that is wanted.
struct NoCollector: DrawCollector {
  static let collectsNothing = true

  func collect(
    _ row: Int, _ example: UnsafePointer<Float>, missing: MissingColumns, place: Int, samples: Range<Int>,
    draws: UnsafePointer<Draw>, decoded: Int, of decoder: DecoderPass
  ) {}
}
