import Foundation
import Testing

@testable import VaelibNumerics

@Suite struct GammaFunctionTests {
  /// Values from Abramowitz & Stegun, tables 6.1 and 6.3, and closed forms.
  @Test(arguments: [
    (1.0, -0.57721566490153286), (0.5, -1.9635100260214235), (2, 0.42278433509846714),
    (10, 2.2517525890667211), (100, 4.6001618527380874), (1e-3, -1000.5755719318103),
  ])
  func digammaHasKnownValues(x: Double, expected: Double) {
    #expect(abs(digamma(x) - expected) <= 1e-14 * max(1, abs(expected)))
  }

  @Test func digammaIsTheSlopeOfLogGamma() {
    for x in stride(from: 0.3, to: 40, by: 0.37) {
      #expect(abs(digamma(x) - Oracle.slope(at: x, step: 1e-4 * x, logGamma)) < 1e-7 * max(1, 1 / x))
    }
  }

  @Test func logGammaOfWholeNumbers() {
    #expect(abs(logGamma(5) - log(24)) < 1e-14)
    #expect(abs(logGamma(0.5) - log(Double.pi) / 2) < 1e-15)
  }
}
