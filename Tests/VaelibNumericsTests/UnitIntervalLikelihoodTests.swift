import Foundation
import Testing

@testable import VaelibNumerics

@Suite struct UnitIntervalLikelihoodTests {
  /// log of the integral of exp(l x) from 0 to 1.
  private static func normalizer(_ l: Double) -> Double {
    if abs(l) < 1e-4 { return l / 2 + l * l / 24 }
    return l > 0 ? l + log(-expm1(-l) / l) : log(expm1(l) / l)
  }

  private static func beta(_ logit: Double, _ logConcentration: Double, _ x: Double) -> Double {
    let (m, k) = (Oracle.sigmoid(logit), exp(logConcentration))
    let (a, b) = (k * m, k * Oracle.sigmoid(-logit))
    return lgamma(k) - lgamma(a) - lgamma(b) + (a - 1) * log(x) + (b - 1) * log1p(-x)
  }

  @Test(arguments: InstructionSet.supported)
  func continuousBernoulli(set: InstructionSet) {
    let kernels = set.kernels
    for count in awkwardLengths {
      let (logits, x) = (someValues(count, seed: 1, spread: 3), someFractions(count, seed: 2))
      func term(_ i: Int, _ l: Double? = nil) -> Double {
        let l = l ?? Double(logits[i])
        return Double(x[i]) * l - Self.normalizer(l)
      }
      let terms = (0..<count).map { term($0) }
      let (exact, magnitude) = (terms.reduce(0, +), terms.map { 1 + abs($0) }.reduce(0, +))
      expectClose(kernels.continuousBernoulliLogLikelihood(logits, x, count), exact, magnitude: magnitude)
      var gradient = [Float](repeating: .nan, count: count)
      expectClose(
        kernels.continuousBernoulliGradient(logits, x, &gradient, 0.5, count), exact, magnitude: magnitude)
      expectClose(gradient, absolute: 1e-6) { i in
        -0.5 * Oracle.slope(at: Double(logits[i])) { term(i, $0) }
      }
      var mean = gradient
      kernels.continuousBernoulliMean(logits, &mean, count)
      expectClose(mean, absolute: 1e-6) { i in
        Oracle.slope(at: Double(logits[i])) { Self.normalizer($0) }
      }
    }
  }

  /// Around 0, where the closed forms are 0 / 0, across the change of formula, and far out.
  @Test(arguments: InstructionSet.supported)
  func continuousBernoulliIsStableForAnyLogit(set: InstructionSet) {
    let kernels = set.kernels
    var logits: [Float] = [
      0, 1e-30, -1e-30, 1e-6, 0.69999, 0.70001, -0.69999, -0.70001, 30, -30, 1e4, -1e4, 1e30,
    ]
    logits += stride(from: Float(-2), to: 2, by: 0.01).map { $0 }
    var mean = logits
    kernels.continuousBernoulliMean(logits, &mean, logits.count)
    for (l, mean) in zip(logits, mean) {
      let value = -kernels.continuousBernoulliLogLikelihood([l], [0], 1)
      let exact = Self.normalizer(Double(l))
      #expect(abs(value - exact) <= 1e-6 + 2e-7 * abs(exact), "\(l)")
      let slope = Oracle.slope(at: Double(l), step: 1e-4) { Self.normalizer($0) }
      #expect(abs(Double(mean) - slope) < 2e-6 || abs(l) > 1e20, "\(l)")
      #expect((0...1).contains(mean))
    }
    #expect(kernels.continuousBernoulliLogLikelihood([.nan], [0], 1).isNaN)
  }

  @Test(arguments: InstructionSet.supported)
  func beta(set: InstructionSet) {
    let kernels = set.kernels
    for count in awkwardLengths {
      let (logits, concentrations) = (
        someValues(count, seed: 1, spread: 1), someValues(count, seed: 3, spread: 2)
      )
      let x = someFractions(count, seed: 2).map { min(max($0, 1e-3), 1 - 1e-3) }
      func term(_ i: Int, mean: Double? = nil, concentration: Double? = nil) -> Double {
        Self.beta(mean ?? Double(logits[i]), concentration ?? Double(concentrations[i]), Double(x[i]))
      }
      let terms = (0..<count).map { term($0) }
      let (exact, magnitude) = (terms.reduce(0, +), terms.map { 4 + abs($0) }.reduce(0, +))
      expectClose(kernels.betaLogLikelihood(logits, concentrations, x, count), exact, magnitude: magnitude)
      var (atMean, atConcentration) = (
        [Float](repeating: .nan, count: count), [Float](repeating: .nan, count: count)
      )
      expectClose(
        kernels.betaGradient(logits, concentrations, x, &atMean, &atConcentration, 0.5, count), exact,
        magnitude: magnitude)
      expectClose(atMean, absolute: 2e-5) { i in
        -0.5 * Oracle.slope(at: Double(logits[i])) { term(i, mean: $0) }
      }
      expectClose(atConcentration, absolute: 2e-5) { i in
        -0.5 * Oracle.slope(at: Double(concentrations[i])) { term(i, concentration: $0) }
      }
    }
  }

  @Test(arguments: InstructionSet.supported)
  func betaOfExtremes(set: InstructionSet) {
    for logit in [Float(-15), -5, 0, 5, 15] {
      for concentration in [Float(-5), 0, 5, 12] {
        for x in [Float(1e-30), 1e-6, 0.3, 0.999999, Float(1).nextDown] {
          var (atMean, atConcentration) = (Float.nan, Float.nan)
          let found = set.kernels.betaGradient(
            [logit], [concentration], [x], &atMean, &atConcentration, 1, 1)
          let exact = Self.beta(Double(logit), Double(concentration), Double(x))
          #expect(
            abs(found - exact) <= 2e-5 + 3e-6 * abs(exact), "\(logit) \(concentration) \(x)")
          #expect(atMean.isFinite && atConcentration.isFinite, "\(logit) \(concentration) \(x)")
        }
      }
    }
    #expect(set.kernels.betaLogLikelihood([0], [0], [.nan], 1).isNaN)
  }
}
