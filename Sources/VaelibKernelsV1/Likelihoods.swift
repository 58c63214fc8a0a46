import VaelibKernels

private let halfLogTwoPi = 0.918938533204672741780329736406
private let halfLogOfTwo = 0.346573590279972654708616060729
private let rootOfTwo: Float = 1.4142135

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

  @inline(never) static func laplaceLogLikelihood(
    _ mean: Floats, _ logVariance: Floats, _ x: Floats, _ count: Int
  ) -> Double {
    let total = sum(count) { i in
      let v = 0.5 * logVariance[i]
      return fma((x[i] - mean[i]).magnitude * rootOfTwo, exp(-v), v)
    }
    return -total - halfLogOfTwo * Double(count)
  }

  @inline(never) static func laplaceGradient(
    _ mean: Floats, _ logVariance: Floats, _ x: Floats, _ meanGradient: MutableFloats,
    _ logVarianceGradient: MutableFloats, _ weight: Float, _ count: Int
  ) -> Double {
    let total = sum(count) { i in
      let v = 0.5 * logVariance[i]
      let difference = mean[i] - x[i]
      let slope = rootOfTwo * exp(-v)
      let distance = difference.magnitude * slope
      let sign: Float = difference > 0 ? 1 : difference < 0 ? -1 : difference
      meanGradient[i] = weight * slope * sign
      logVarianceGradient[i] = 0.5 * weight * (1 - distance)
      return v + distance
    }
    return -total - halfLogOfTwo * Double(count)
  }

  @inline(never) static func studentTLogLikelihood(
    _ location: Floats, _ logSquaredScale: Floats, _ degrees: Floats, _ x: Floats, _ count: Int
  ) -> Double {
    -0.5
      * sum(count) { i in
        let v = logSquaredScale[i]
        let distance = (x[i] - location[i]) * exp(-0.5 * v)
        return fma(degrees[i] + 1, logOfOnePlus(distance * distance / degrees[i]), v)
      }
  }

  @inline(never) static func studentTGradient(
    _ location: Floats, _ logSquaredScale: Floats, _ degrees: Floats, _ x: Floats,
    _ locationGradient: MutableFloats, _ scaleGradient: MutableFloats, _ degreesGradient: MutableFloats,
    _ weight: Float, _ count: Int
  ) -> Double {
    -0.5
      * sum(count) { i in
        let (n, v) = (degrees[i], logSquaredScale[i])
        let inverseScale = exp(-0.5 * v)
        let distance = (location[i] - x[i]) * inverseScale
        let square = distance * distance
        // q / (n + q) in a form that is right for q = 0 and for a q beyond all floats.
        let share = 1 / (1 + n / square)
        let logarithm = logOfOnePlus(square / n)
        locationGradient[i] = weight * ((n + 1) / (n + square)) * distance * inverseScale
        scaleGradient[i] = 0.5 * weight * fma(-(n + 1), share, 1)
        degreesGradient[i] = 0.5 * weight * fma(-(n + 1) / n, share, logarithm)
        return fma(n + 1, logarithm, v)
      }
  }
}
