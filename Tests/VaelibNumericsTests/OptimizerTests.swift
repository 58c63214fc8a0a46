import Testing
import VaelibKernels

@testable import VaelibNumerics

/// Each optimiser against its definition in double precision over several steps.
@Suite struct OptimizerTests {
  private static let scale = 0.5
  private static let decay = 0.01

  /// Runs five steps of a kernel and of its definition and compares parameters.
  private func compare(
    count: Int, _ kernel: (MutableFloats, Floats, Int) -> Void,
    _ definition: (_ p: Double, _ g: Double, _ i: Int, _ step: Int) -> Double
  ) {
    var parameters = someValues(count, seed: 1, spread: 1)
    var exact = parameters.map(Double.init)
    for step in 1...5 {
      let gradient = someValues(count, seed: UInt64(step) + 10, spread: 1)
      kernel(&parameters, gradient, step)
      for i in 0..<count {
        let coupled = Self.scale * Double(gradient[i]) + Self.decay * exact[i]
        exact[i] = definition(exact[i], coupled, i, step)
      }
    }
    expectClose(parameters, relative: 1e-5, absolute: 2e-6) { exact[$0] }
  }

  @Test(arguments: InstructionSet.supported, [(Float(0), Float(0)), (0.9, 0), (0.9, 1)])
  func sgd(set: InstructionSet, form: (momentum: Float, nesterov: Float)) {
    let kernels = set.kernels
    for count in awkwardLengths {
      var velocity = [Float](repeating: 0, count: count)
      var v = [Double](repeating: 0, count: count)
      compare(count: count) { p, g, _ in
        kernels.sgd(
          p, g, &velocity, count, 0.1, form.momentum, form.nesterov, Float(Self.scale), Float(Self.decay))
      } _: { p, g, i, _ in
        v[i] = Double(form.momentum) * v[i] + g
        return p - 0.1 * (form.nesterov == 1 ? g + Double(form.momentum) * v[i] : v[i])
      }
    }
  }

  @Test(arguments: InstructionSet.supported)
  func adagrad(set: InstructionSet) {
    let kernels = set.kernels
    for count in awkwardLengths {
      var squares = [Float](repeating: 0, count: count)
      var s = [Double](repeating: 0, count: count)
      compare(count: count) { p, g, _ in
        kernels.adagrad(p, g, &squares, count, 0.1, 1e-4, Float(Self.scale), Float(Self.decay))
      } _: { p, g, i, _ in
        s[i] += g * g
        return p - 0.1 * g / (s[i].squareRoot() + 1e-4)
      }
    }
  }

  @Test(arguments: InstructionSet.supported)
  func rmsprop(set: InstructionSet) {
    let kernels = set.kernels
    for count in awkwardLengths {
      var squares = [Float](repeating: 0, count: count)
      var s = [Double](repeating: 0, count: count)
      compare(count: count) { p, g, _ in
        kernels.rmsprop(p, g, &squares, count, 0.01, 0.01, 1e-4, Float(Self.scale), Float(Self.decay))
      } _: { p, g, i, _ in
        s[i] = 0.99 * s[i] + 0.01 * g * g
        return p - 0.01 * g / (s[i].squareRoot() + 1e-4)
      }
    }
  }

  @Test(arguments: InstructionSet.supported, [Float(0), 0.05])
  func adam(set: InstructionSet, decoupledDecay: Float) {
    let kernels = set.kernels
    for count in awkwardLengths {
      var first = [Float](repeating: 0, count: count)
      var second = first
      var m = [Double](repeating: 0, count: count)
      var v = m
      var power1 = 1.0
      var power2 = 1.0
      compare(count: count) { p, g, _ in
        power1 *= 0.9
        power2 *= 0.999
        kernels.adam(
          p, g, &first, &second, count, 0.01, 0.1, 0.001, 1e-4, Float(1 - power1), Float(1 - power2),
          Float(Self.scale), Float(Self.decay), decoupledDecay)
      } _: { p, g, i, _ in
        m[i] = 0.9 * m[i] + 0.1 * g
        v[i] = 0.999 * v[i] + 0.001 * g * g
        let update = m[i] / (1 - power1) / ((v[i] / (1 - power2)).squareRoot() + 1e-4)
        return p - 0.01 * (update + Double(decoupledDecay) * p)
      }
    }
  }
}
