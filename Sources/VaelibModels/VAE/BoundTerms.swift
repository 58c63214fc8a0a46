/// The two terms of the evidence lower bound (AEVB, eq. 3), in nats.
public struct BoundTerms: Sendable, Equatable {
  public var reconstruction: Double
  public var kl: Double

  public init(reconstruction: Double = 0, kl: Double = 0) {
    self.reconstruction = reconstruction
    self.kl = kl
  }

  public var elbo: Double { reconstruction - kl }

  /// The loss that is minimised, AEVB eq. 7 with a weight on the KL term.
  func loss(klWeight: Double) -> Double { klWeight * kl - reconstruction }

  static func += (sum: inout BoundTerms, terms: BoundTerms) {
    sum.reconstruction += terms.reconstruction
    sum.kl += terms.kl
  }

  static func * (terms: BoundTerms, weight: Double) -> BoundTerms {
    BoundTerms(reconstruction: terms.reconstruction * weight, kl: terms.kl * weight)
  }

  static func / (terms: BoundTerms, sum: Double) -> BoundTerms {
    BoundTerms(reconstruction: terms.reconstruction / sum, kl: terms.kl / sum)
  }
}
