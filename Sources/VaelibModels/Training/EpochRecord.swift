/// One epoch of the training history; terms in nats per example.
public struct EpochRecord: Sendable, Equatable {
  /// Counts from 1 over all fits of the model.
  public var epoch = 0
  public var examplesSeen: UInt64 = 0
  /// What was minimised: klWeight * kl - reconstruction.
  public var loss = 0.0
  /// Means over the epoch's steps.
  public var training = BoundTerms()
  /// NaN without a validation set.
  public var validation = BoundTerms(reconstruction: .nan, kl: .nan)
  /// Of the epoch's last step.
  public var klWeight = 0.0
  public var learningRate = 0.0
  public var seconds = 0.0

  public init() {}
}

/// The two terms of the evidence lower bound (AEVB, eq. 3), in nats.
public struct BoundTerms: Sendable, Equatable {
  public var reconstruction: Double
  public var kl: Double

  public init(reconstruction: Double = 0, kl: Double = 0) {
    self.reconstruction = reconstruction
    self.kl = kl
  }

  public var elbo: Double { reconstruction - kl }

  static func += (sum: inout BoundTerms, terms: BoundTerms) {
    sum.reconstruction += terms.reconstruction
    sum.kl += terms.kl
  }

  static func / (terms: BoundTerms, count: Int) -> BoundTerms {
    BoundTerms(reconstruction: terms.reconstruction / Double(count), kl: terms.kl / Double(count))
  }
}
