import VaelibKernels

extension CompiledKernels {
  @inline(never) static func exponential(_ x: Floats, _ out: MutableFloats, _ factor: Float, _ count: Int) {
    for i in 0..<count { out[i] = exp(factor * x[i]) }
  }

  @inline(never) static func logarithm(_ x: Floats, _ out: MutableFloats, _ count: Int) {
    for i in 0..<count { out[i] = log(x[i]) }
  }

  @inline(never) static func logarithmOfOnePlus(_ x: Floats, _ out: MutableFloats, _ count: Int) {
    for i in 0..<count { out[i] = logOfOnePlus(x[i]) }
  }

  @inline(never) static func sigmoid(_ x: Floats, _ out: MutableFloats, _ count: Int) {
    for i in 0..<count { out[i] = logistic(x[i]) }
  }

  @inline(never) static func addTo(_ y: MutableFloats, _ x: Floats, _ count: Int) {
    for i in 0..<count { y[i] += x[i] }
  }

  @inline(never) static func standardize(
    _ values: MutableFloats, _ mean: Floats, _ inverse: Floats, _ count: Int
  ) {
    for i in 0..<count { values[i] = (values[i] - mean[i]) * inverse[i] }
  }

  @inline(never) static func restore(
    _ values: MutableFloats, _ mean: Floats, _ deviation: Floats, _ count: Int
  ) {
    for i in 0..<count { values[i] = fma(values[i], deviation[i], mean[i]) }
  }

  @inline(never) static func scale(_ values: MutableFloats, _ factor: Float, _ count: Int) {
    for i in 0..<count { values[i] *= factor }
  }

  @inline(never) static func softClamp(
    _ raw: Floats, _ out: MutableFloats, _ lower: Float, _ upper: Float, _ count: Int
  ) {
    // Two loops: one would be a chain of dependent instructions too long for the processor to overlap.
    for i in 0..<count { out[i] = lower + softplus(raw[i] - lower) }
    for i in 0..<count { out[i] = upper - softplus(upper - out[i]) }
  }

  @inline(never) static func softClampBackward(
    _ gradient: MutableFloats, _ raw: Floats, _ lower: Float, _ upper: Float, _ count: Int
  ) {
    // sigmoid(upper - t) sigmoid(raw - lower) with exp(t - lower) = 1 + exp(raw - lower) put in, multiplied out.
    let c = exp(lower - upper)
    for i in 0..<count {
      gradient[i] /= fma(1 + c, exp(lower - raw[i]), 1 + 2 * c) + exp(raw[i] - upper)
    }
  }
}
