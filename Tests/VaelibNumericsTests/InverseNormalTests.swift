import Testing

@testable import VaelibNumerics

@Suite struct InverseNormalTests {
  @Test func invertsTheDistribution() {
    for i in -3700...800 {
      let x = Double(i) / 100
      let p = Oracle.normalCDF(x)
      // An error of x changes p by the density times that error; rounding of p near 1 limits what can be
      // found.
      let reachable = 1e-12 + (x > 0 ? 2e-16 / Oracle.normalDensity(x) : 0)
      #expect(abs(inverseNormalCDF(p) - x) <= reachable * max(1, abs(x)), "at \(x)")
    }
  }

  @Test func knownValues() {
    #expect(inverseNormalCDF(0.5) == 0)
    #expect(abs(inverseNormalCDF(0.975) - 1.959963984540054) < 1e-15)
    #expect(abs(inverseNormalCDF(0.001) + 3.090232306167813) < 1e-14)
    #expect(abs(inverseNormalCDF(1e-20) + 9.262340089798408) < 1e-13)
  }

  @Test func edges() {
    #expect(inverseNormalCDF(0) == -.infinity && inverseNormalCDF(1) == .infinity)
    for p in [-0.1, 1.1, .nan, .infinity] { #expect(inverseNormalCDF(p).isNaN) }
  }
}
