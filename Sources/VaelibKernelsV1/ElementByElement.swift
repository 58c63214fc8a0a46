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
}
