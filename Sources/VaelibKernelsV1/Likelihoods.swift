import VaelibKernels

private let halfLogTwoPi = 0.918938533204672741780329736406

extension CompiledKernels {
  @inline(never) static func bernoulliLogLikelihood(_ logits: Floats, _ x: Floats, _ count: Int) -> Double {
    sum(count) { i in fma(x[i], logits[i], -softplus(logits[i])) }
  }

  @inline(never) static func bernoulliGradient(
    _ logits: Floats, _ x: Floats, _ gradient: MutableFloats, _ weight: Float, _ count: Int
  ) -> Double {
    sum(count) { i in
      let value = softplusAndLogistic(logits[i])
      gradient[i] = weight * (value.logistic - x[i])
      return fma(x[i], logits[i], -value.softplus)
    }
  }

  @inline(never) static func crossEntropyGradient(
    _ logits: Floats, _ x: Floats, _ emphasis: Floats, _ gradient: MutableFloats, _ weight: Float,
    _ count: Int
  ) -> Double {
    sum(count) { i in
      let value = softplusAndLogistic(logits[i])
      gradient[i] = weight * emphasis[i] * (value.logistic - x[i])
      return emphasis[i] * fma(-x[i], logits[i], value.softplus)
    }
  }

  @inline(never) static func squaredErrorGradient(
    _ output: Floats, _ x: Floats, _ emphasis: Floats, _ gradient: MutableFloats, _ weight: Float,
    _ count: Int
  ) -> Double {
    0.5
      * sum(count) { i in
        let difference = output[i] - x[i]
        gradient[i] = weight * emphasis[i] * difference
        return emphasis[i] * difference * difference
      }
  }

  @inline(never) static func gaussianLogLikelihood(
    _ mean: Floats, _ logVariance: Floats, _ x: Floats, _ count: Int
  ) -> Double {
    let total = sum(count) { i in
      let difference = x[i] - mean[i]
      return fma(difference * exp(-logVariance[i]), difference, logVariance[i])
    }
    return -0.5 * total - halfLogTwoPi * Double(count)
  }

  @inline(never) static func gaussianGradient(
    _ mean: Floats, _ logVariance: Floats, _ x: Floats, _ meanGradient: MutableFloats,
    _ logVarianceGradient: MutableFloats, _ weight: Float, _ count: Int
  ) -> Double {
    let total = sum(count) { i in
      let v = logVariance[i]
      let difference = x[i] - mean[i]
      let scaled = difference * exp(-v)
      let square = difference * scaled
      meanGradient[i] = -weight * scaled
      logVarianceGradient[i] = 0.5 * weight * (1 - square)
      return v + square
    }
    return -0.5 * total - halfLogTwoPi * Double(count)
  }
}
