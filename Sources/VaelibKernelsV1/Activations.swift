import VaelibKernels

/// Runs an activation in place over values + bias.
@inline(__always) private func biased(
  _ values: MutableFloats, _ bias: Floats, _ count: Int, _ activation: (Float) -> Float
) {
  for i in 0..<count { values[i] = activation(values[i] + bias[i]) }
}

extension CompiledKernels {
  @inline(never) static func addBias(_ values: MutableFloats, _ bias: Floats, _ count: Int) {
    biased(values, bias, count) { $0 }
  }

  @inline(never) static func biasSigmoid(_ values: MutableFloats, _ bias: Floats, _ count: Int) {
    biased(values, bias, count) { logistic($0) }
  }

  @inline(never) static func biasTanh(_ values: MutableFloats, _ bias: Floats, _ count: Int) {
    biased(values, bias, count) { tanh($0) }
  }

  @inline(never) static func biasRelu(_ values: MutableFloats, _ bias: Floats, _ count: Int) {
    biased(values, bias, count) { $0 < 0 ? 0 : $0 }
  }

  @inline(never) static func biasLeakyRelu(_ values: MutableFloats, _ bias: Floats, _ count: Int) {
    biased(values, bias, count) { $0 > 0 ? $0 : leakySlope * $0 }
  }

  @inline(never) static func biasElu(_ values: MutableFloats, _ bias: Floats, _ count: Int) {
    biased(values, bias, count) { u in
      let negative = expMinusOneOfNegative(u > 0 ? 0 : u)
      return u > 0 ? u : negative
    }
  }

  @inline(never) static func biasSoftplus(_ values: MutableFloats, _ bias: Floats, _ count: Int) {
    biased(values, bias, count) { softplus($0) }
  }

  @inline(never) static func silu(_ x: Floats, _ out: MutableFloats, _ count: Int) {
    for i in 0..<count { out[i] = x[i] / (1 + exp(-x[i])) }
  }

  @inline(never) static func gelu(_ x: Floats, _ out: MutableFloats, _ count: Int) {
    for i in 0..<count { out[i] = x[i] * standardNormal(x[i]).distribution }
  }
}
