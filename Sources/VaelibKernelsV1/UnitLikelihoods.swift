import VaelibKernels

// Densities of numbers between 0 and 1.

/// log((exp(l) - 1) / l), the logarithm of the integral of exp(l x) from 0 to 1, and its slope, which is the mean of the
/// density exp(l x) there.
@inline(__always) func continuousBernoulliNormalizer(_ l: Float) -> (logarithm: Float, mean: Float) {
  let a = l.magnitude
  let (isSmall, s) = (a < 0.7, a < 0.7 ? l * l : 0)
  // By powers near 0, where both forms are 0 / 0.
  let even = fma(fma(s, 5.511464e-6, -3.4722222e-4), s, 0.041666668) * s
  let odd = fma(fma(fma(s, -8.267196e-7, 3.306878e-5), s, -1.3888889e-3), s, 0.083333336) * l
  let b = isSmall ? 1 : a
  let rest = -expMinusOneOfNegative(-b)  // 1 - exp(-b)
  let logarithm = log(rest) - log(b) + (l > 0 ? b : 0)
  let upper = 1 / rest - 1 / b
  let mean = l > 0 ? upper : 1 - upper
  return (isSmall ? fma(0.5, l, even) : logarithm, isSmall ? 0.5 + odd : mean)
}

extension CompiledKernels {
  @inline(never) static func continuousBernoulliLogLikelihood(
    _ logits: Floats, _ x: Floats, _ count: Int
  ) -> Double {
    sum(count) { i in fma(x[i], logits[i], -continuousBernoulliNormalizer(logits[i]).logarithm) }
  }

  @inline(never) static func continuousBernoulliGradient(
    _ logits: Floats, _ x: Floats, _ gradient: MutableFloats, _ weight: Float, _ count: Int
  ) -> Double {
    sum(count) { i in
      let normalizer = continuousBernoulliNormalizer(logits[i])
      gradient[i] = weight * (normalizer.mean - x[i])
      return fma(x[i], logits[i], -normalizer.logarithm)
    }
  }

  @inline(never) static func continuousBernoulliMean(_ logits: Floats, _ mean: MutableFloats, _ count: Int) {
    for i in 0..<count { mean[i] = continuousBernoulliNormalizer(logits[i]).mean }
  }

  @inline(never) static func betaLogLikelihood(
    _ meanLogits: Floats, _ logConcentration: Floats, _ x: Floats, _ count: Int
  ) -> Double {
    sum(count) { i in beta(meanLogits[i], logConcentration[i], x[i]).value }
  }

  @inline(never) static func betaGradient(
    _ meanLogits: Floats, _ logConcentration: Floats, _ x: Floats, _ meanGradient: MutableFloats,
    _ concentrationGradient: MutableFloats, _ weight: Float, _ count: Int
  ) -> Double {
    sum(count) { i in
      let term = beta(meanLogits[i], logConcentration[i], x[i])
      meanGradient[i] = -weight * term.atMean
      concentrationGradient[i] = -weight * term.atConcentration
      return term.value
    }
  }
}

/// The logarithm of the density of Beta(a, b), a = k m and b = k (1 - m), with m = 1 / (1 + exp(-meanLogit)) and k =
/// exp(logConcentration), for 0 < x < 1; slopes at meanLogit and logConcentration.
@inline(__always) private func beta(
  _ meanLogit: Float, _ logConcentration: Float, _ x: Float
) -> (value: Float, atMean: Float, atConcentration: Float) {
  let (m, other, k) = (logistic(meanLogit), logistic(-meanLogit), exp(logConcentration))
  let (a, b, y) = (k * m, k * other, 1 - x)
  let errors = stirlingError(k) - stirlingError(a) - stirlingError(b)
  // From the smaller of each pair, which has all its digits.
  let excess = m > 0.5 ? y - other : m - x
  let divergence = relativeEntropy(m, x, excess) + relativeEntropy(other, y, -excess)
  let value = errors - k * divergence + 0.5 * log(a * other) - halfLogOfTwoPi - log(x * y)
  let atA = log(x / m) + digammaRest(k) - digammaRest(a)
  let atB = log(y / other) + digammaRest(k) - digammaRest(b)
  return (value, k * m * other * (atA - atB), fma(a, atA, b * atB))
}
