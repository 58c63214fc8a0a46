import VaelibKernels

/// The slope of the leaky rectifier left of 0.
let leakySlope: Float = 0.01

/// Multiplies a gradient in place by a derivative, a function of what the forward pass saved.
@inline(__always) private func multiply(
  _ gradient: MutableFloats, _ saved: Floats, _ count: Int, _ derivative: (Float) -> Float
) {
  for i in 0..<count { gradient[i] *= derivative(saved[i]) }
}

extension CompiledKernels {
  @inline(never) static func sigmoidBackward(_ gradient: MutableFloats, _ y: Floats, _ count: Int) {
    multiply(gradient, y, count) { $0 * (1 - $0) }
  }

  @inline(never) static func tanhBackward(_ gradient: MutableFloats, _ y: Floats, _ count: Int) {
    multiply(gradient, y, count) { (1 - $0) * (1 + $0) }
  }

  @inline(never) static func reluBackward(_ gradient: MutableFloats, _ y: Floats, _ count: Int) {
    multiply(gradient, y, count) { $0 > 0 ? 1 : 0 }
  }

  @inline(never) static func leakyReluBackward(_ gradient: MutableFloats, _ y: Floats, _ count: Int) {
    multiply(gradient, y, count) { $0 > 0 ? 1 : leakySlope }
  }

  @inline(never) static func eluBackward(_ gradient: MutableFloats, _ y: Floats, _ count: Int) {
    multiply(gradient, y, count) { $0 > 0 ? 1 : $0 + 1 }
  }

  @inline(never) static func softplusBackward(_ gradient: MutableFloats, _ y: Floats, _ count: Int) {
    multiply(gradient, y, count) { -expMinusOneOfNegative(-$0) }
  }

  @inline(never) static func siluBackward(_ gradient: MutableFloats, _ x: Floats, _ count: Int) {
    multiply(gradient, x, count) { x in
      let s = logistic(x)
      return s * fma(x, 1 - s, 1)
    }
  }

  @inline(never) static func geluBackward(_ gradient: MutableFloats, _ x: Floats, _ count: Int) {
    multiply(gradient, x, count) { x in
      let normal = standardNormal(x)
      return fma(x, normal.density, normal.distribution)
    }
  }
}
