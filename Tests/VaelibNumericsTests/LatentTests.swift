import Testing

@testable import VaelibNumerics

@Suite struct LatentTests {
  @Test(arguments: InstructionSet.supported)
  func sampleAndDivergence(set: InstructionSet) {
    let kernels = set.kernels
    for count in awkwardLengths {
      let mean = someValues(count, seed: 3)
      let logVariance = someValues(count, seed: 4, spread: 2)
      let noise = someValues(count, seed: 5, spread: 1)
      var z = [Float](repeating: .nan, count: count)
      kernels.sampleLatent(mean, logVariance, noise, &z, count)
      expectClose(z, absolute: 1e-6) {
        Double(mean[$0]) + Oracle.exponential(0.5 * Double(logVariance[$0])) * Double(noise[$0])
      }

      let terms = (0..<count).map { i -> Double in
        let v = Double(logVariance[i])
        return -0.5 * (1 + v - Double(mean[i]) * Double(mean[i]) - Oracle.exponential(v))
      }
      let divergence = kernels.klDivergence(mean, logVariance, count)
      expectClose(divergence, terms.reduce(0, +), magnitude: terms.map { $0 + 1 }.reduce(0, +))
      #expect(divergence >= 0)
    }
    #expect(kernels.klDivergence([0, 0], [0, 0], 2) == 0)
    #expect(kernels.klDivergence([.nan, 0], [0, 0], 2).isNaN)
  }

  @Test(arguments: InstructionSet.supported)
  func gradients(set: InstructionSet) {
    let kernels = set.kernels
    for count in awkwardLengths {
      let mean = someValues(count, seed: 3)
      let logVariance = someValues(count, seed: 4, spread: 2)
      let noise = someValues(count, seed: 5, spread: 1)
      let zGradient = someValues(count, seed: 6, spread: 1)
      var meanGradient = [Float](repeating: .nan, count: count)
      var logVarianceGradient = meanGradient
      kernels.klGradient(mean, logVariance, &meanGradient, &logVarianceGradient, 0.5, count)
      expectClose(meanGradient) { 0.5 * Double(mean[$0]) }
      expectClose(logVarianceGradient) { 0.25 * (Oracle.exponential(Double(logVariance[$0])) - 1) }

      let (meanBefore, logVarianceBefore) = (meanGradient, logVarianceGradient)
      kernels.latentGradient(
        zGradient, noise, logVariance, &meanGradient, &logVarianceGradient, count)
      expectClose(meanGradient, absolute: 1e-6) { Double(meanBefore[$0]) + Double(zGradient[$0]) }
      expectClose(logVarianceGradient, relative: 4e-6, absolute: 1e-5) { i in
        let deviation = Oracle.exponential(0.5 * Double(logVariance[i]))
        return Double(logVarianceBefore[i]) + Double(zGradient[i]) * 0.5 * deviation * Double(noise[i])
      }
    }
  }
}
