import VaelibKernels

// Logarithms of probabilities of counts, in the saddle-point form (Loader 2000), whose terms are as small as their sum,
// and their slopes.

/// -log(2 pi z) / 2 for z > 0.
@inline(__always) private func minusHalfLogOfTwoPi(times z: Float) -> Float {
  fma(-0.5, log(z), -halfLogOfTwoPi)
}

/// Of a count x with the mean exp(logMean); the slope is x less the mean.
@inline(__always) private func poisson(_ logMean: Float, _ x: Float) -> (value: Float, atMean: Float) {
  let m = exp(logMean)
  // Counts of 0 have a form of their own; 1 stands in for them in the other, so that it is finite.
  let y = x == 0 ? 1 : x
  let positive = minusHalfLogOfTwoPi(times: y) - stirlingError(y) - m * deviance(y / m, (y - m) / m)
  return (x == 0 ? -m : positive, x - m)
}

/// Of a count x of mean m = exp(logMean) and dispersion d = exp(logDispersion), whose variance is m + m^2 / d; slopes at
/// the two logarithms.
@inline(__always) private func negativeBinomial(
  _ logMean: Float, _ logDispersion: Float, _ x: Float
) -> (value: Float, atMean: Float, atDispersion: Float) {
  let (m, d) = (exp(logMean), exp(logDispersion))
  let inverse = 1 / (d + m)
  let y = x == 0 ? 1 : x
  let n = y + d
  // Of d successes in n trials, the last of which is one.
  let errors = stirlingError(n) - stirlingError(d) - stirlingError(y)
  let deviances =
    n * inverse
    * fma(d, deviance((d + m) / n, (m - y) / n), m * deviance(y * (d + m) / (n * m), d * (y - m) / (n * m)))
  let positive = minusHalfLogOfTwoPi(times: n * y / d) + errors - deviances
  let u = (x - m) * inverse
  let atDispersion = d * ((logOfRatio((x + d) * inverse, u) - u) + (digammaRest(x + d) - digammaRest(d)))
  return (x == 0 ? -d * logOfOnePlus(m / d) : positive, d * u, atDispersion)
}

extension CompiledKernels {
  @inline(never) static func logShares(
    _ x: MutableFloats, _ highest: Float, _ logTotal: Float, _ count: Int
  ) {
    let shift = logTotal - log(Float(sum(count) { i in exp(x[i] - highest) }))
    for i in 0..<count { x[i] = (x[i] - highest) + shift }
  }

  @inline(never) static func logSharesBackward(
    _ gradient: MutableFloats, _ x: Floats, _ logTotal: Float, _ count: Int
  ) {
    let all = Float(total(gradient, count))
    for i in 0..<count { gradient[i] = fma(-all, exp(x[i] - logTotal), gradient[i]) }
  }

  @inline(never) static func total(_ x: Floats, _ count: Int) -> Double { sum(count) { i in x[i] } }

  @inline(never) static func poissonLogLikelihood(_ logMean: Floats, _ x: Floats, _ count: Int) -> Double {
    sum(count) { i in poisson(logMean[i], x[i]).value }
  }

  @inline(never) static func poissonGradient(
    _ logMean: Floats, _ x: Floats, _ gradient: MutableFloats, _ weight: Float, _ count: Int
  ) -> Double {
    sum(count) { i in
      let term = poisson(logMean[i], x[i])
      gradient[i] = -weight * term.atMean
      return term.value
    }
  }

  @inline(never) static func negativeBinomialLogLikelihood(
    _ logMean: Floats, _ logDispersion: Floats, _ x: Floats, _ count: Int
  ) -> Double {
    sum(count) { i in negativeBinomial(logMean[i], logDispersion[i], x[i]).value }
  }

  @inline(never) static func negativeBinomialGradient(
    _ logMean: Floats, _ logDispersion: Floats, _ x: Floats, _ meanGradient: MutableFloats,
    _ dispersionGradient: MutableFloats, _ weight: Float, _ count: Int
  ) -> Double {
    sum(count) { i in
      let term = negativeBinomial(logMean[i], logDispersion[i], x[i])
      meanGradient[i] = -weight * term.atMean
      dispersionGradient[i] = -weight * term.atDispersion
      return term.value
    }
  }

  @inline(never) static func zeroInflatedLogLikelihood(
    _ logMean: Floats, _ logDispersion: Floats, _ zeroLogits: Floats, _ x: Floats, _ count: Int
  ) -> Double {
    sum(count) { i in
      let term = negativeBinomial(logMean[i], logDispersion[i], x[i])
      let logit = zeroLogits[i]
      // log(p + (1 - p) q) = log q + log(1 + exp(logit - log q)) - log(1 + exp(logit)).
      let excess = x[i] == 0 ? softplus(logit - term.value) : 0
      return term.value + excess - softplus(logit)
    }
  }

  @inline(never) static func zeroInflatedGradient(
    _ logMean: Floats, _ logDispersion: Floats, _ zeroLogits: Floats, _ x: Floats,
    _ meanGradient: MutableFloats, _ dispersionGradient: MutableFloats, _ zeroGradient: MutableFloats,
    _ weight: Float, _ count: Int
  ) -> Double {
    sum(count) { i in
      let term = negativeBinomial(logMean[i], logDispersion[i], x[i])
      let prior = softplusAndLogistic(zeroLogits[i])
      let other = softplusAndLogistic(zeroLogits[i] - term.value)
      // The probability that a 0 is one of those added.
      let isAdded = x[i] == 0 ? other.logistic : 0
      meanGradient[i] = -weight * (1 - isAdded) * term.atMean
      dispersionGradient[i] = -weight * (1 - isAdded) * term.atDispersion
      zeroGradient[i] = -weight * (isAdded - prior.logistic)
      return term.value + (x[i] == 0 ? other.softplus : 0) - prior.softplus
    }
  }
}
