import VaelibKernels

extension CompiledKernels {
  @inline(never) static func sampleLatent(
    _ mean: Floats, _ logVariance: Floats, _ noise: Floats, _ z: MutableFloats, _ count: Int
  ) {
    for i in 0..<count { z[i] = fma(exp(0.5 * logVariance[i]), noise[i], mean[i]) }
  }

  @inline(never) static func klDivergence(_ mean: Floats, _ logVariance: Floats, _ count: Int) -> Double {
    0.5 * sum(count) { i in fma(mean[i], mean[i], expMinusOne(logVariance[i]) - logVariance[i]) }
  }

  @inline(never) static func latentGradient(
    _ zGradient: Floats, _ noise: Floats, _ logVariance: Floats, _ meanGradient: MutableFloats,
    _ logVarianceGradient: MutableFloats, _ count: Int
  ) {
    for i in 0..<count {
      let perNoise = 0.5 * exp(0.5 * logVariance[i]) * noise[i]
      logVarianceGradient[i] = fma(zGradient[i], perNoise, logVarianceGradient[i])
      meanGradient[i] += zGradient[i]
    }
  }

  @inline(never) static func klGradient(
    _ mean: Floats, _ logVariance: Floats, _ meanGradient: MutableFloats,
    _ logVarianceGradient: MutableFloats,
    _ weight: Float, _ count: Int
  ) {
    for i in 0..<count {
      meanGradient[i] = weight * mean[i]
      logVarianceGradient[i] = 0.5 * weight * expMinusOne(logVariance[i])
    }
  }
}
