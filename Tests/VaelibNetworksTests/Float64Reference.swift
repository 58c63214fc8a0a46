import Glibc
import Testing
import VaelibNetworks
import VaelibNumerics

/// The activations by their definitions.
func float64Activation(_ activation: Activation, _ x: Double) -> Double {
  switch activation {
  case .sigmoid: 1 / (1 + exp(-x))
  case .tanh: tanh(x)
  case .relu: max(x, 0)
  case .leakyRelu: x > 0 ? x : x / 100
  case .elu: x > 0 ? x : exp(x) - 1
  case .softplus: log(1 + exp(x))
  case .silu: x / (1 + exp(-x))
  case .gelu: x * erfc(-x / 2.0.squareRoot()) / 2
  case .identity: x
  }
}

/// Standard normal numbers, the same in every run.
func randomBuffer(_ count: Int, example: UInt64) throws -> FloatBuffer {
  let buffer = try FloatBuffer(count: count)
  RandomStream(seed: 7, purpose: 200, epoch: 0, example: example).normals(into: buffer.base, count: count)
  return buffer
}

extension FloatBuffer {
  var doubles: [Double] { (0..<count).map { Double(base[$0]) } }
}

/// Every component against a central difference of the float64 function.
func expectGradient(_ gradient: [Double], of function: ([Double]) -> Double, at point: [Double]) {
  let step = 1e-6
  var point = point
  var worst = 0.0
  for index in point.indices {
    let value = point[index]
    point[index] = value + step
    let above = function(point)
    point[index] = value - step
    let below = function(point)
    point[index] = value
    let expected = (above - below) / (2 * step)
    worst = max(worst, abs(gradient[index] - expected) / max(1, abs(expected)))
  }
  #expect(worst < 2e-5)
}
