import VaelibKernels

@inline(never) func sgd(
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

@inline(never) func adagrad(
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

@inline(never) func rmsprop(
  _ parameters: MutableFloats, _ gradient: Floats, _ squares: MutableFloats, _ count: Int, _ rate: Float,
  _ decayRate: Float, _ epsilon: Float, _ gradientScale: Float, _ decay: Float
) {
  let fresh = 1 - decayRate
  for i in 0..<count {
    let p = parameters[i]
    let g = fma(gradientScale, gradient[i], decay * p)
    let s = fma(decayRate, squares[i], fresh * g * g)
    squares[i] = s
    parameters[i] = p - rate * g / (s.squareRoot() + epsilon)
  }
}

@inline(never) func adam(
  _ parameters: MutableFloats, _ gradient: Floats, _ first: MutableFloats, _ second: MutableFloats,
  _ count: Int,
  _ rate: Float, _ beta1: Float, _ beta2: Float, _ epsilon: Float, _ correction1: Float, _ correction2: Float,
  _ gradientScale: Float, _ decay: Float, _ decoupledDecay: Float
) {
  let fresh1 = 1 - beta1
  let fresh2 = 1 - beta2
  let step = rate / correction1
  let rootScale = 1 / correction2.squareRoot()
  let kept = 1 - rate * decoupledDecay
  for i in 0..<count {
    let p = parameters[i]
    let g = fma(gradientScale, gradient[i], decay * p)
    let m = fma(beta1, first[i], fresh1 * g)
    let v = fma(beta2, second[i], fresh2 * g * g)
    first[i] = m
    second[i] = v
    parameters[i] = fma(kept, p, -(step * m / fma(v.squareRoot(), rootScale, epsilon)))
  }
}
