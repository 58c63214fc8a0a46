import Testing

@testable import VaelibModels

/// The norm beyond which gradients are scaled down.
@Suite struct GradientLimitTests {
  private let automatic = Double(automaticNumber)

  @Test func aNumberIsTheLimit() {
    var limit = GradientLimit(2)
    #expect(limit.isLimited)
    #expect([0, 1, 2, 8, 1e300].map { limit.scale(norm: $0) } == [1, 1, 1, 0.25, 2e-300])
    #expect(limit.usualNorm == 0)
  }

  @Test func zeroIsNoLimit() {
    var limit = GradientLimit(0)
    #expect(!limit.isLimited)
    #expect(limit.scale(norm: 1e300) == 1)
    #expect(limit.usualNorm == 0)
  }

  @Test(arguments: [1e-20, 1, 1e20])
  func automaticIsFiveTimesTheUsualNorm(unit: Double) {
    var limit = GradientLimit(automatic)
    #expect(limit.isLimited)
    // The first norm is taken as it is.
    #expect(limit.scale(norm: 2 * unit) == 1)
    #expect(limit.usualNorm == 2 * unit)
    // Up to the limit nothing changes, and the mean follows by a hundredth.
    #expect(limit.scale(norm: 10 * unit) == 1)
    #expect(abs(limit.usualNorm / unit - 2.08) < 1e-12)
    // Beyond it the norm becomes the limit, and counts as that in the mean.
    let before = limit.usualNorm
    #expect(abs(limit.scale(norm: 1000 * unit) * 1000 * unit / (5 * before) - 1) < 1e-12)
    #expect(abs(limit.usualNorm / (1.04 * before) - 1) < 1e-12)
  }

  /// One batch unlike all others cannot move the mean, however large its norm is.
  @Test func anOutlierHardlyMovesTheMean() {
    var limit = GradientLimit(automatic)
    for _ in 0..<50 { _ = limit.scale(norm: 1) }
    #expect(limit.scale(norm: 1e200) == 5e-200)
    #expect(abs(limit.usualNorm - 1.04) < 1e-12)
    for _ in 0..<50 { #expect(limit.scale(norm: 1) == 1) }
  }

  /// Norms that stay larger are let through after a while.
  @Test func theLimitFollowsTheTraining() {
    var limit = GradientLimit(automatic)
    _ = limit.scale(norm: 1)
    let scales = (0..<400).map { _ in limit.scale(norm: 100) }
    #expect(scales[0] == 0.05)
    #expect(zip(scales, scales.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(scales[399] == 1)
  }

  @Test func gradientsOfZeroSayNothing() {
    var limit = GradientLimit(automatic)
    #expect(limit.scale(norm: 0) == 1 && limit.usualNorm == 0)
    #expect(limit.scale(norm: 7) == 1 && limit.usualNorm == 7)
    #expect(limit.scale(norm: 0) == 1 && limit.usualNorm < 7)
  }

  /// The usual norm is all that a checkpoint has to keep.
  @Test func goesOnToTheSameBits() {
    let norms: [Double] = (0..<300).map { step in
      let size: Double = step % 17 == 0 ? 40 : 1
      return Double((step * 37) % 101) * size + 0.1
    }
    var whole = GradientLimit(automatic)
    let expected = norms.map { whole.scale(norm: $0) }
    #expect(expected.contains { $0 < 1 } && expected.contains(1))
    for stop in [0, 1, 2, 17, 18, 150, 299] {
      var first = GradientLimit(automatic)
      let begun = norms[..<stop].map { first.scale(norm: $0) }
      var second = GradientLimit(automatic)
      second.usualNorm = first.usualNorm
      #expect(begun + norms[stop...].map { second.scale(norm: $0) } == expected)
      #expect(second.usualNorm == whole.usualNorm)
    }
  }
}
