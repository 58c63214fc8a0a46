import Glibc
import Testing
import VaelibNetworks
import VaelibNumerics

/// Five updates against the published rules in float64.
@Suite struct OptimizerTests {
  static let count = 37
  static let constants = Optimizer.Constants(
    momentum: 0.9, nesterov: false, beta1: 0.8, beta2: 0.95, epsilon: 1e-6)

  @Test(arguments: Optimizer.Method.allCases, [0.0, 0.3])
  func followsItsRule(method: Optimizer.Method, decay: Double) throws {
    try check(method, Self.constants, decay: decay)
  }

  @Test func nesterovLooksAhead() throws {
    var constants = Self.constants
    constants.nesterov = true
    try check(.sgd, constants, decay: 0)
  }

  /// A part with a pace of its own goes as if its rate, and that of its decay, were so many times as large.
  @Test(arguments: Optimizer.Method.allCases)
  func partsHavePaces(method: Optimizer.Method) throws {
    let parts = [0..<20, 20..<Self.count]
    let paced = try randomBuffer(Self.count, example: 20)
    let (slow, fast) = (try randomBuffer(Self.count, example: 20), try randomBuffer(Self.count, example: 20))
    func optimizer(_ paces: [Optimizer.Pace]) throws -> Optimizer {
      try Optimizer(method, constants: Self.constants, count: Self.count, trained: parts, paces: paces)
    }
    let updates = [
      (paced, try optimizer([Optimizer.Pace(range: parts[1], factor: 8)]), 0.01),
      (slow, try optimizer([]), 0.01), (fast, try optimizer([]), 0.08),
    ]
    for step in 1...3 {
      let gradients = try randomBuffer(Self.count, example: 20 + UInt64(step))
      for (parameters, optimizer, rate) in updates {
        optimizer.update(
          parameters: parameters.base, gradients: gradients.base, rate: rate, gradientScale: 1, decay: 0.3)
      }
    }
    for index in 0..<Self.count {
      let expected = parts[0].contains(index) ? slow : fast
      // With decay that is part of the gradient, a parameter's own course decides its gradients, the same in both.
      #expect(paced.base[index] == expected.base[index], "parameter \(index)")
    }
  }

  private func check(_ method: Optimizer.Method, _ constants: Optimizer.Constants, decay: Double) throws {
    let parameters = try randomBuffer(Self.count, example: 20)
    let optimizer = try Optimizer(method, constants: constants, count: Self.count)
    var rule = Float64Rule(method: method, constants: constants, parameters: parameters.doubles)
    for step in 1...5 {
      let gradients = try randomBuffer(Self.count, example: 20 + UInt64(step))
      optimizer.update(
        parameters: parameters.base, gradients: gradients.base, rate: 0.05, gradientScale: 0.5, decay: decay)
      rule.update(gradients.doubles.map { 0.5 * $0 }, rate: 0.05, decay: decay, step: step)
    }
    for (value, expected) in zip(parameters.doubles, rule.parameters) {
      #expect(abs(value - expected) < 1e-5 * max(1, abs(expected)))
    }
  }
}

/// The optimisers as their papers write them.
private struct Float64Rule {
  let method: Optimizer.Method
  let constants: Optimizer.Constants
  var parameters: [Double]
  var first = [Double](repeating: 0, count: OptimizerTests.count)
  var second = [Double](repeating: 0, count: OptimizerTests.count)

  mutating func update(_ gradients: [Double], rate: Double, decay: Double, step: Int) {
    for index in parameters.indices {
      let p = parameters[index]
      let g = gradients[index] + (method == .adamw ? 0 : decay * p)
      parameters[index] = p - rate * change(index, g, step) - (method == .adamw ? rate * decay * p : 0)
    }
  }

  private mutating func change(_ index: Int, _ g: Double, _ step: Int) -> Double {
    let c = constants
    switch method {
    case .sgd:
      first[index] = c.momentum * first[index] + g
      return c.nesterov ? g + c.momentum * first[index] : first[index]
    case .adagrad:
      second[index] += g * g
      return g / (second[index].squareRoot() + c.epsilon)
    case .rmsprop:
      second[index] = c.beta2 * second[index] + (1 - c.beta2) * g * g
      return g / (second[index].squareRoot() + c.epsilon)
    case .adam, .adamw:
      first[index] = c.beta1 * first[index] + (1 - c.beta1) * g
      second[index] = c.beta2 * second[index] + (1 - c.beta2) * g * g
      let mean = first[index] / (1 - pow(c.beta1, Double(step)))
      let square = second[index] / (1 - pow(c.beta2, Double(step)))
      return mean / (square.squareRoot() + c.epsilon)
    }
  }
}
