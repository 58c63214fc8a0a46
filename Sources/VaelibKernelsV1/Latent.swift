import VaelibKernels

@inline(never) func boundLogVariance(
  _ raw: Floats, _ out: MutableFloats, _ lower: Float, _ upper: Float, _ count: Int
) {
  for i in 0..<count {
    let t = lower + softplus(raw[i] - lower)
    out[i] = upper - softplus(upper - t)
  }
}

@inline(never) func boundLogVarianceBackward(
  _ gradient: MutableFloats, _ raw: Floats, _ lower: Float, _ upper: Float, _ count: Int
) {
  for i in 0..<count {
    let inner = softplusAndLogistic(raw[i] - lower)
    gradient[i] *= logistic(upper - (lower + inner.softplus)) * inner.logistic
  }
}

@inline(never) func sampleLatent(
  _ mean: Floats, _ logVariance: Floats, _ noise: Floats, _ z: MutableFloats, _ count: Int
) {
  for i in 0..<count { z[i] = fma(exp(0.5 * logVariance[i]), noise[i], mean[i]) }
}

@inline(never) func klDivergence(_ mean: Floats, _ logVariance: Floats, _ count: Int) -> Double {
  0.5 * sum(count) { i in fma(mean[i], mean[i], expMinusOne(logVariance[i]) - logVariance[i]) }
}

@inline(never) func latentGradient(
  _ zGradient: Floats, _ noise: Floats, _ logVariance: Floats, _ meanGradient: MutableFloats,
  _ logVarianceGradient: MutableFloats, _ count: Int
) {
  for i in 0..<count {
    let perNoise = 0.5 * exp(0.5 * logVariance[i]) * noise[i]
    logVarianceGradient[i] = fma(zGradient[i], perNoise, logVarianceGradient[i])
    meanGradient[i] += zGradient[i]
  }
}

@inline(never) func klGradient(
  _ mean: Floats, _ logVariance: Floats, _ meanGradient: MutableFloats, _ logVarianceGradient: MutableFloats,
  _ weight: Float, _ count: Int
) {
  for i in 0..<count {
    meanGradient[i] = weight * mean[i]
    logVarianceGradient[i] = 0.5 * weight * expMinusOne(logVariance[i])
  }
}
