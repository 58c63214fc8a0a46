import VaelibKernels

extension CompiledKernels {
  @inline(never) static func sgd(
    _ parameters: MutableFloats, _ gradient: Floats, _ velocity: MutableFloats, _ count: Int, _ rate: Float,
    _ momentum: Float, _ nesterov: Float, _ gradientScale: Float, _ decay: Float
  ) {
    // Both forms are p -= rate (a g' + b v): the classical one with a = 0, b = 1.
    let gradientPart = rate * nesterov
    let velocityPart = rate * (nesterov == 0 ? 1 : momentum)
    for i in 0..<count {
      let p = parameters[i]
      let g = fma(gradientScale, gradient[i], decay * p)
      let v = fma(momentum, velocity[i], g)
      velocity[i] = v
      parameters[i] = fma(-velocityPart, v, fma(-gradientPart, g, p))
    }
  }

  @inline(never) static func adagrad(
    _ parameters: MutableFloats, _ gradient: Floats, _ squares: MutableFloats, _ count: Int, _ rate: Float,
    _ epsilon: Float, _ gradientScale: Float, _ decay: Float
  ) {
    for i in 0..<count {
      let p = parameters[i]
      let g = fma(gradientScale, gradient[i], decay * p)
      let s = fma(g, g, squares[i])
      squares[i] = s
      parameters[i] = p - rate * g / (s.squareRoot() + epsilon)
    }
  }

  @inline(never) static func rmsprop(
    _ parameters: MutableFloats, _ gradient: Floats, _ squares: MutableFloats, _ count: Int, _ rate: Float,
    _ fresh: Float, _ epsilon: Float, _ gradientScale: Float, _ decay: Float
  ) {
    for i in 0..<count {
      let p = parameters[i]
      let g = fma(gradientScale, gradient[i], decay * p)
      let s = fma(fresh, fma(g, g, -squares[i]), squares[i])
      squares[i] = s
      parameters[i] = p - rate * g / (s.squareRoot() + epsilon)
    }
  }

  @inline(never) static func adam(
    _ parameters: MutableFloats, _ gradient: Floats, _ first: MutableFloats, _ second: MutableFloats,
    _ count: Int, _ rate: Float, _ fresh1: Float, _ fresh2: Float, _ epsilon: Float, _ correction1: Float,
    _ correction2: Float,
    _ gradientScale: Float, _ decay: Float, _ decoupledDecay: Float
  ) {
    let step = rate / correction1
    let rootScale = 1 / correction2.squareRoot()
    let shrinkage = rate * decoupledDecay
    for i in 0..<count {
      let p = parameters[i]
      let g = fma(gradientScale, gradient[i], decay * p)
      let m = fma(fresh1, g - first[i], first[i])
      let v = fma(fresh2, fma(g, g, -second[i]), second[i])
      first[i] = m
      second[i] = v
      parameters[i] = p - fma(shrinkage, p, step * m / fma(v.squareRoot(), rootScale, epsilon))
    }
  }
}
