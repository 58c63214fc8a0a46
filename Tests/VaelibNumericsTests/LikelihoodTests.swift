import Foundation
import Testing

@testable import VaelibNumerics

@Suite struct LikelihoodTests {
  @Test(arguments: InstructionSet.supported)
  func bernoulli(set: InstructionSet) {
    let kernels = set.kernels
    for count in awkwardLengths {
      let logits = someValues(count, seed: 1, spread: 8)
      let x = someFractions(count, seed: 2)
      let terms = (0..<count).map { Oracle.bernoulli(logit: Double(logits[$0]), Double(x[$0])) }
      let exact = terms.reduce(0, +)
      let magnitude = terms.map(abs).reduce(0, +)
      expectClose(kernels.bernoulliLogLikelihood(logits, x, count), exact, magnitude: magnitude)

      var gradient = [Float](repeating: .nan, count: count)
      expectClose(kernels.bernoulliGradient(logits, x, &gradient, 0.25, count), exact, magnitude: magnitude)
      expectClose(gradient) { 0.25 * (Oracle.sigmoid(Double(logits[$0])) - Double(x[$0])) }
    }
  }

  @Test(arguments: InstructionSet.supported)
  func emphasizedLosses(set: InstructionSet) {
    let kernels = set.kernels
    for count in awkwardLengths {
      let output = someValues(count, seed: 11, spread: 4)
      let x = someValues(count, seed: 12, spread: 1)
      let emphasis = someValues(count, seed: 13, spread: 1).map { $0 < 0 ? Float(0.5) : 2 }
      var gradient = [Float](repeating: .nan, count: count)
      let squares = (0..<count).map { (i: Int) -> Double in
        let difference = Double(output[i]) - Double(x[i])
        return Double(emphasis[i]) * difference * difference / 2
      }
      expectClose(
        kernels.squaredErrorGradient(output, x, emphasis, &gradient, 0.25, count), squares.reduce(0, +),
        magnitude: squares.reduce(0, +))
      expectClose(gradient, absolute: 1e-6) {
        0.25 * Double(emphasis[$0]) * (Double(output[$0]) - Double(x[$0]))
      }
      let ones = [Float](repeating: 1, count: count)
      let plain = -kernels.bernoulliGradient(output, x, &gradient, 0.25, count)
      var same = gradient
      expectClose(
        kernels.crossEntropyGradient(output, x, ones, &same, 0.25, count), plain,
        magnitude: (0..<count).reduce(0) { $0 + 1 + Double(output[$1].magnitude * (1 + x[$1].magnitude)) })
      #expect(same == gradient)
      _ = kernels.crossEntropyGradient(output, x, emphasis, &same, 0.25, count)
      expectClose(same, absolute: 1e-6) { Double(gradient[$0]) * Double(emphasis[$0]) }
    }
  }

  @Test(arguments: InstructionSet.supported)
  func bernoulliIsStableForAnyLogit(set: InstructionSet) {
    let kernels = set.kernels
    for (logit, x, expected) in [
      (Float(1000), Float(1), 0.0), (-1000, 0, 0), (1000, 0, -1000), (-1000, 1, -1000), (1e30, 1, 0),
      (30, 0, -30),
    ] {
      var gradient: Float = 0
      #expect(kernels.bernoulliLogLikelihood([logit], [x], 1) == expected)
      #expect(kernels.bernoulliGradient([logit], [x], &gradient, 1, 1) == expected)
      #expect(gradient == (logit > 0 ? 1 : 0) - x)
    }
    #expect(kernels.bernoulliLogLikelihood([.nan, 0], [0, 0], 2).isNaN)
  }

  @Test(arguments: InstructionSet.supported)
  func gaussian(set: InstructionSet) {
    let kernels = set.kernels
    for count in awkwardLengths {
      let mean = someValues(count, seed: 3, spread: 1)
      let logVariance = someValues(count, seed: 4, spread: 2)
      let x = someValues(count, seed: 5, spread: 1)
      func term(_ i: Int) -> Double {
        Oracle.gaussian(mean: Double(mean[i]), logVariance: Double(logVariance[i]), Double(x[i]))
      }
      let exact = (0..<count).map(term).reduce(0, +)
      let magnitude = (0..<count).map { 2 + abs(term($0)) }.reduce(0, +)
      expectClose(kernels.gaussianLogLikelihood(mean, logVariance, x, count), exact, magnitude: magnitude)

      var meanGradient = [Float](repeating: .nan, count: count)
      var logVarianceGradient = meanGradient
      let sum = kernels.gaussianGradient(
        mean, logVariance, x, &meanGradient, &logVarianceGradient, 0.5, count)
      expectClose(sum, exact, magnitude: magnitude)
      func precision(_ i: Int) -> Double { 1 / Oracle.exponential(Double(logVariance[i])) }
      func difference(_ i: Int) -> Double { Double(mean[i]) - Double(x[i]) }
      expectClose(meanGradient, absolute: 1e-6) { 0.5 * difference($0) * precision($0) }
      expectClose(logVarianceGradient, absolute: 1e-6) {
        0.25 * (1 - difference($0) * difference($0) * precision($0))
      }
    }
  }

  @Test(arguments: InstructionSet.supported)
  func laplace(set: InstructionSet) {
    let kernels = set.kernels
    for count in awkwardLengths {
      let mean = someValues(count, seed: 3, spread: 1)
      let logVariance = someValues(count, seed: 4, spread: 2)
      let x = someValues(count, seed: 5, spread: 1)
      func term(_ i: Int, mean m: Double? = nil, logVariance v: Double? = nil) -> Double {
        Oracle.laplace(mean: m ?? Double(mean[i]), logVariance: v ?? Double(logVariance[i]), Double(x[i]))
      }
      let exact = (0..<count).map { term($0) }.reduce(0, +)
      let magnitude = (0..<count).map { 2 + abs(term($0)) }.reduce(0, +)
      expectClose(kernels.laplaceLogLikelihood(mean, logVariance, x, count), exact, magnitude: magnitude)

      var meanGradient = [Float](repeating: .nan, count: count)
      var logVarianceGradient = meanGradient
      let sum = kernels.laplaceGradient(
        mean, logVariance, x, &meanGradient, &logVarianceGradient, 0.5, count)
      expectClose(sum, exact, magnitude: magnitude)
      expectClose(meanGradient, absolute: 1e-5) { i in
        -0.5 * Oracle.slope(at: Double(mean[i]), step: 1e-7) { term(i, mean: $0) }
      }
      expectClose(logVarianceGradient, absolute: 1e-5) { i in
        -0.5 * Oracle.slope(at: Double(logVariance[i])) { term(i, logVariance: $0) }
      }
    }
    var gradients: (Float, Float) = (.nan, .nan)
    _ = kernels.laplaceGradient([2], [0], [2], &gradients.0, &gradients.1, 1, 1)
    #expect(gradients == (0, 0.5), "at the location itself the slopes of both sides cancel")
    #expect(kernels.laplaceGradient([.nan], [0], [2], &gradients.0, &gradients.1, 1, 1).isNaN)
    #expect(gradients.0.isNaN && gradients.1.isNaN)
  }

  @Test(arguments: InstructionSet.supported)
  func studentT(set: InstructionSet) {
    let kernels = set.kernels
    for count in awkwardLengths {
      let location = someValues(count, seed: 3, spread: 1)
      let logScale = someValues(count, seed: 4, spread: 2)
      let degrees = someValues(count, seed: 6, spread: 2).map { 1.5 + 3 * ($0 + 2).magnitude }
      let x = someValues(count, seed: 5, spread: 4)
      func term(
        _ i: Int, location m: Double? = nil, logSquaredScale v: Double? = nil, degrees n: Double? = nil
      ) -> Double {
        Oracle.studentT(
          location: m ?? Double(location[i]), logSquaredScale: v ?? Double(logScale[i]),
          degrees: n ?? Double(degrees[i]), Double(x[i]))
      }
      /// The part that depends on the degrees of freedom alone, which the caller adds.
      func constant(_ n: Double) -> Double {
        logGamma((n + 1) / 2) - logGamma(n / 2) - 0.5 * log(n * Double.pi)
      }
      let exact = (0..<count).map { term($0) - constant(Double(degrees[$0])) }.reduce(0, +)
      let magnitude = (0..<count).map { 2 + abs(term($0)) }.reduce(0, +)
      expectClose(
        kernels.studentTLogLikelihood(location, logScale, degrees, x, count), exact, magnitude: magnitude)

      var locationGradient = [Float](repeating: .nan, count: count)
      var (scaleGradient, degreesGradient) = (locationGradient, locationGradient)
      let sum = kernels.studentTGradient(
        location, logScale, degrees, x, &locationGradient, &scaleGradient, &degreesGradient, 0.5, count)
      expectClose(sum, exact, magnitude: magnitude)
      expectClose(locationGradient, absolute: 1e-5) { i in
        -0.5 * Oracle.slope(at: Double(location[i])) { term(i, location: $0) }
      }
      expectClose(scaleGradient, absolute: 1e-5) { i in
        -0.5 * Oracle.slope(at: Double(logScale[i])) { term(i, logSquaredScale: $0) }
      }
      expectClose(degreesGradient, absolute: 1e-5) { i in
        -0.5 * Oracle.slope(at: Double(degrees[i])) { term(i, degrees: $0) - constant($0) }
      }
    }
  }

  @Test(arguments: InstructionSet.supported)
  func studentTIsFiniteForAnyDistance(set: InstructionSet) {
    let kernels = set.kernels
    for x in [Float(0), 1e-20, 1e6, 1e19, 1e25, 1e30] {
      var (location, scale, degrees) = (Float.nan, Float.nan, Float.nan)
      let value = kernels.studentTGradient([0], [0], [4], [x], &location, &scale, &degrees, 1, 1)
      let exact = -2.5 * log1p(min(Double(x) * Double(x) / 4, 1e38))
      #expect(abs(value - exact) <= 1e-6 * abs(exact) + 1e-40, "x = \(x)")
      #expect(location.isFinite && location <= 0 && scale.isFinite && degrees.isFinite, "x = \(x)")
      #expect(
        x < 1e6 || abs(scale + 2) < 1e-5, "a value far away asks for a larger scale, with the weight n/2")
    }
    #expect(kernels.studentTLogLikelihood([0], [0], [4], [.nan], 1).isNaN)
  }

  @Test(arguments: InstructionSet.supported)
  func longSumsStayAccurate(set: InstructionSet) {
    // One million equal terms: naive single-precision sums are off in the third digit here.
    let count = 1_000_000
    let logits = [Float](repeating: 0.3, count: count)
    let x = [Float](repeating: 0.1, count: count)
    let exact = Double(count) * Oracle.bernoulli(logit: Double(Float(0.3)), Double(Float(0.1)))
    let sum = set.kernels.bernoulliLogLikelihood(logits, x, count)
    #expect(abs(sum / exact - 1) < 1e-6)
  }
}
