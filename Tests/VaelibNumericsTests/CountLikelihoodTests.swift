import Foundation
import Testing

@testable import VaelibNumerics

@Suite struct CountLikelihoodTests {
  private static func poisson(_ logMean: Double, _ x: Double) -> Double {
    x * logMean - exp(logMean) - lgamma(x + 1)
  }

  private static func negativeBinomial(_ logMean: Double, _ logDispersion: Double, _ x: Double) -> Double {
    let (m, d) = (exp(logMean), exp(logDispersion))
    let counted = lgamma(x + d) - lgamma(d) - lgamma(x + 1)
    return counted - d * log1p(m / d) + x * (logMean - log(d + m))
  }

  private static func zeroInflated(
    _ logMean: Double, _ logDispersion: Double, _ logit: Double, _ x: Double
  ) -> Double {
    let logProbability = negativeBinomial(logMean, logDispersion, x)
    if x > 0 { return logProbability - Oracle.softplus(logit) }
    return log(Oracle.sigmoid(logit) + Oracle.sigmoid(-logit) * exp(logProbability))
  }

  private func counts(_ count: Int) -> [Float] {
    someValues(count, seed: 21, spread: 3).map { Float(Int(exp(Double($0)))) }
  }

  @Test(arguments: InstructionSet.supported)
  func poisson(set: InstructionSet) {
    let kernels = set.kernels
    for count in awkwardLengths {
      let (logMean, x) = (someValues(count, seed: 22, spread: 2), counts(count))
      let terms = (0..<count).map { Self.poisson(Double(logMean[$0]), Double(x[$0])) }
      let (exact, magnitude) = (terms.reduce(0, +), terms.map { 1 + abs($0) }.reduce(0, +))
      expectClose(kernels.poissonLogLikelihood(logMean, x, count), exact, magnitude: magnitude)
      var gradient = [Float](repeating: .nan, count: count)
      expectClose(
        kernels.poissonGradient(logMean, x, &gradient, 0.5, count), exact, magnitude: magnitude)
      expectClose(gradient, absolute: 1e-6) { 0.5 * (exp(Double(logMean[$0])) - Double(x[$0])) }
    }
  }

  @Test(arguments: InstructionSet.supported)
  func negativeBinomial(set: InstructionSet) {
    let kernels = set.kernels
    for count in awkwardLengths {
      let (logMean, logDispersion) = (
        someValues(count, seed: 22, spread: 2), someValues(count, seed: 23, spread: 2)
      )
      let x = counts(count)
      func term(_ i: Int, mean: Double? = nil, dispersion: Double? = nil) -> Double {
        Self.negativeBinomial(
          mean ?? Double(logMean[i]), dispersion ?? Double(logDispersion[i]), Double(x[i]))
      }
      let terms = (0..<count).map { term($0) }
      let (exact, magnitude) = (terms.reduce(0, +), terms.map { 1 + abs($0) }.reduce(0, +))
      expectClose(
        kernels.negativeBinomialLogLikelihood(logMean, logDispersion, x, count), exact, magnitude: magnitude)
      var meanGradient = [Float](repeating: .nan, count: count)
      var dispersionGradient = meanGradient
      expectClose(
        kernels.negativeBinomialGradient(
          logMean, logDispersion, x, &meanGradient, &dispersionGradient, 0.5, count), exact,
        magnitude: magnitude)
      expectClose(meanGradient, absolute: 1e-5) { i in
        -0.5 * Oracle.slope(at: Double(logMean[i])) { term(i, mean: $0) }
      }
      expectClose(dispersionGradient, absolute: 1e-5) { i in
        -0.5 * Oracle.slope(at: Double(logDispersion[i])) { term(i, dispersion: $0) }
      }
    }
  }

  @Test(arguments: InstructionSet.supported)
  func zeroInflated(set: InstructionSet) {
    let kernels = set.kernels
    for count in awkwardLengths {
      let (logMean, logDispersion) = (
        someValues(count, seed: 22, spread: 1), someValues(count, seed: 23, spread: 1)
      )
      let (logits, x) = (someValues(count, seed: 24, spread: 2), counts(count))
      func term(
        _ i: Int, mean: Double? = nil, dispersion: Double? = nil, logit: Double? = nil
      ) -> Double {
        Self.zeroInflated(
          mean ?? Double(logMean[i]), dispersion ?? Double(logDispersion[i]), logit ?? Double(logits[i]),
          Double(x[i]))
      }
      let terms = (0..<count).map { term($0) }
      let (exact, magnitude) = (terms.reduce(0, +), terms.map { 1 + abs($0) }.reduce(0, +))
      expectClose(
        kernels.zeroInflatedLogLikelihood(logMean, logDispersion, logits, x, count), exact,
        magnitude: magnitude)
      var meanGradient = [Float](repeating: .nan, count: count)
      var (dispersionGradient, zeroGradient) = (meanGradient, meanGradient)
      expectClose(
        kernels.zeroInflatedGradient(
          logMean, logDispersion, logits, x, &meanGradient, &dispersionGradient, &zeroGradient, 0.5, count),
        exact, magnitude: magnitude)
      expectClose(meanGradient, absolute: 1e-5) { i in
        -0.5 * Oracle.slope(at: Double(logMean[i])) { term(i, mean: $0) }
      }
      expectClose(dispersionGradient, absolute: 1e-5) { i in
        -0.5 * Oracle.slope(at: Double(logDispersion[i])) { term(i, dispersion: $0) }
      }
      expectClose(zeroGradient, absolute: 1e-5) { i in
        -0.5 * Oracle.slope(at: Double(logits[i])) { term(i, logit: $0) }
      }
    }
  }

  /// Logarithms of shares of a total, also of logits that have no exponential, and the way back.
  @Test(arguments: InstructionSet.supported)
  func shares(set: InstructionSet) {
    let kernels = set.kernels
    for (count, offset) in awkwardLengths.map({ ($0, Float(0)) }) + [(37, 200), (37, -200)] {
      let logits = someValues(count, seed: 25, spread: 4).map { $0 + offset }
      let (highest, logTotal) = (logits.max() ?? 0, Float(3))
      let sum = logits.map { exp(Double($0) - Double(highest)) }.reduce(0, +)
      let exact = logits.map { Double($0) - Double(highest) - log(sum) + Double(logTotal) }
      var found = logits
      kernels.logShares(&found, highest, logTotal, count)
      expectClose(found, absolute: 1e-5) { exact[$0] }

      let upstream = someValues(count, seed: 26, spread: 1)
      let all = upstream.map(Double.init).reduce(0, +)
      #expect(abs(kernels.total(upstream, count) - all) <= 1e-6 * Double(count))
      var gradient = upstream
      kernels.logSharesBackward(&gradient, found, logTotal, count)
      expectClose(gradient, absolute: 1e-5) { i in
        Double(upstream[i]) - all * exp(exact[i] - Double(logTotal))
      }
    }
  }

  /// Means, dispersions and counts over many powers of ten: no digits are lost between large terms.
  @Test(arguments: InstructionSet.supported)
  func extremes(set: InstructionSet) {
    let kernels = set.kernels
    for logMean in [Float(-15), -5, 0, 3, 8, 14] {
      let mean = exp(Double(logMean))
      for x in [Float(0), 1, 2, 5, 100, 10_000, 1_000_000, Float(Int(mean)), Float(Int(1.1 * mean))] {
        let exact = Self.poisson(Double(logMean), Double(x))
        let found = kernels.poissonLogLikelihood([logMean], [x], 1)
        #expect(abs(found - exact) <= 1e-5 + 2e-6 * abs(exact), "poisson \(logMean) \(x)")
        for logDispersion in [Float(-7), -2, 0, 4, 12] {
          let exact = Self.negativeBinomial(Double(logMean), Double(logDispersion), Double(x))
          var (atMean, atDispersion) = (Float.nan, Float.nan)
          let found = kernels.negativeBinomialGradient(
            [logMean], [logDispersion], [x], &atMean, &atDispersion, 1, 1)
          // The oracle itself loses digits where its terms are large, and exp(logMean) has its rounding.
          let lost =
            1e-15 * (lgamma(Double(x) + exp(Double(logDispersion))) + 1e5) + 2e-7 * Double(atMean.magnitude)
          #expect(
            abs(found - exact) <= 2e-5 + 2e-6 * abs(exact) + lost, "\(logMean) \(logDispersion) \(x)")
          #expect(atMean.isFinite && atDispersion.isFinite, "\(logMean) \(logDispersion) \(x)")
        }
      }
    }
  }

  @Test(arguments: InstructionSet.supported)
  func notANumberStaysOne(set: InstructionSet) {
    #expect(set.kernels.poissonLogLikelihood([.nan], [1], 1).isNaN)
    #expect(set.kernels.negativeBinomialLogLikelihood([0], [.nan], [1], 1).isNaN)
    #expect(set.kernels.zeroInflatedLogLikelihood([0], [0], [.nan], [0], 1).isNaN)
  }
}
