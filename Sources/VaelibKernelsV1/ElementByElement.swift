import VaelibKernels

extension CompiledKernels {
  @inline(never) static func exponential(_ x: Floats, _ out: MutableFloats, _ factor: Float, _ count: Int) {
    for i in 0..<count { out[i] = exp(factor * x[i]) }
  }

  @inline(never) static func sigmoid(_ x: Floats, _ out: MutableFloats, _ count: Int) {
    for i in 0..<count { out[i] = logistic(x[i]) }
  }

  @inline(never) static func addTo(_ y: MutableFloats, _ x: Floats, _ count: Int) {
    for i in 0..<count { y[i] += x[i] }
  }

  @inline(never) static func scale(_ values: MutableFloats, _ factor: Float, _ count: Int) {
    for i in 0..<count { values[i] *= factor }
  }
}
