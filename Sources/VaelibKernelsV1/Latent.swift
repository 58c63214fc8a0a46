import VaelibKernels

extension CompiledKernels {
  @inline(never) static func boundLogVariance(
    _ raw: Floats, _ out: MutableFloats, _ lower: Float, _ upper: Float, _ count: Int
  ) {
    // Two loops: one would be a chain of dependent instructions too long for the processor to overlap.
    for i in 0..<count { out[i] = lower + softplus(raw[i] - lower) }
    for i in 0..<count { out[i] = upper - softplus(upper - out[i]) }
  }

  @inline(never) static func boundLogVarianceBackward(
    _ gradient: MutableFloats, _ raw: Floats, _ lower: Float, _ upper: Float, _ count: Int
  ) {
    // sigmoid(upper - t) sigmoid(raw - lower) with exp(t - lower) = 1 + exp(raw - lower) put in, multiplied out.
    let c = exp(lower - upper)
    for i in 0..<count {
      gradient[i] /= fma(1 + c, exp(lower - raw[i]), 1 + 2 * c) + exp(raw[i] - upper)
    }
  }

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
