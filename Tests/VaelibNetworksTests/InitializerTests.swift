import Testing
import VaelibNetworks
import VaelibNumerics

@Suite struct InitializerTests {
  /// Variance of each initialiser for 300 inputs and 200 outputs; uniform ones have limit^2 / 3.
  static let variances: [(Initializer, Double, Double?)] = [
    (.normal, 0.05 * 0.05, nil),
    (.glorotUniform, 2.0 / 500, (6.0 / 500).squareRoot()),
    (.glorotNormal, 2.0 / 500, nil),
    (.heUniform, 2.0 / 300, (6.0 / 300).squareRoot()),
    (.heNormal, 2.0 / 300, nil),
    (.lecunUniform, 1.0 / 300, (3.0 / 300).squareRoot()),
    (.lecunNormal, 1.0 / 300, nil),
  ]

  @Test(arguments: variances)
  func hasItsMeanVarianceAndLimit(initializer: Initializer, variance: Double, limit: Double?) throws {
    let count = 300 * 200
    let weights = try FloatBuffer(count: count)
    initializer.fill(
      weights.base, inputs: 300, outputs: 200, stddev: 0.05,
      stream: RandomStream(seed: 3, purpose: 200, epoch: 0, example: 9))
    let values = weights.doubles
    let mean = values.reduce(0, +) / Double(count)
    let second = values.reduce(0) { $0 + $1 * $1 } / Double(count)
    #expect(abs(mean) < 5 * (variance / Double(count)).squareRoot())
    #expect(abs(second / variance - 1) < 5 * (2 / Double(count)).squareRoot())
    if let limit {
      #expect(values.allSatisfy { abs($0) <= limit })
      #expect(values.contains { abs($0) > 0.99 * limit })
    } else {
      #expect(values.contains { abs($0) > 3 * variance.squareRoot() })
    }
  }
}
