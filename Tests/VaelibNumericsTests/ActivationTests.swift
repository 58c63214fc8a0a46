import Testing
import VaelibKernels

@testable import VaelibNumerics

/// Every activation and its derivative, in every variant, at awkward lengths.
@Suite struct ActivationTests {
  typealias Exact = @Sendable (Double) -> Double
  /// (values or gradient, changed in place; bias or what was saved; count)
  typealias InPlace = @Sendable (any Kernels.Type) -> (MutableFloats, Floats, Int) -> Void
  /// (x, out, count)
  typealias Map = @Sendable (any Kernels.Type) -> (Floats, MutableFloats, Int) -> Void

  /// A forward kernel in place, and its function.
  static let forward: [(InPlace, Exact)] = [
    ({ $0.addBias }, { $0 }),
    ({ $0.biasSigmoid }, Oracle.sigmoid),
    ({ $0.biasTanh }, { Oracle.sigmoid(2 * $0) * 2 - 1 }),
    ({ $0.biasRelu }, Oracle.relu),
    ({ $0.biasLeakyRelu }, Oracle.leakyRelu),
    ({ $0.biasElu }, Oracle.elu),
    ({ $0.biasSoftplus }, Oracle.softplus),
  ]

  @Test(arguments: InstructionSet.supported, forward.indices)
  func forwardInPlace(set: InstructionSet, index: Int) {
    let (kernel, exact) = Self.forward[index]
    for count in awkwardLengths {
      let x = someValues(count, seed: 1)
      let bias = someValues(count, seed: 2, spread: 1)
      var values = x
      kernel(set.kernels)(&values, bias, count)
      expectClose(values) { exact(Double(x[$0] + bias[$0])) }
    }
  }

  static let maps: [(Map, Exact)] = [
    ({ $0.silu }, Oracle.silu), ({ $0.gelu }, Oracle.gelu), ({ $0.sigmoid }, Oracle.sigmoid),
  ]

  @Test(arguments: InstructionSet.supported, maps.indices)
  func forwardFromPreActivations(set: InstructionSet, index: Int) {
    let (kernel, exact) = Self.maps[index]
    for count in awkwardLengths {
      let x = someValues(count, seed: 3)
      var out = [Float](repeating: .nan, count: count + 1)
      kernel(set.kernels)(x, &out, count)
      #expect(out[count].isNaN, "wrote past the end")
      expectClose(Array(out.prefix(count))) { exact(Double(x[$0])) }
    }
  }

  /// A backward kernel and the derivative as a function of what was saved.
  static let backward: [(InPlace, Exact)] = [
    ({ $0.sigmoidBackward }, { $0 * (1 - $0) }),
    ({ $0.tanhBackward }, { 1 - $0 * $0 }),
    ({ $0.reluBackward }, { $0 > 0 ? 1 : 0 }),
    ({ $0.leakyReluBackward }, { $0 > 0 ? 1 : 0.01 }),
    ({ $0.eluBackward }, { $0 > 0 ? 1 : $0 + 1 }),
    // The softplus is never negative.
    ({ $0.softplusBackward }, { $0 < 0 ? .nan : 1 - Oracle.exponential(-$0) }),
    ({ $0.siluBackward }, Oracle.siluDerivative),
    ({ $0.geluBackward }, Oracle.geluDerivative),
  ]

  @Test(arguments: InstructionSet.supported, backward.indices)
  func backwardInPlace(set: InstructionSet, index: Int) {
    let (kernel, derivative) = Self.backward[index]
    for count in awkwardLengths {
      let gradient = someValues(count, seed: 4)
      let saved = someValues(count, seed: 5).map { derivative(Double($0)).isNaN ? -$0 : $0 }
      var values = gradient
      kernel(set.kernels)(&values, saved, count)
      expectClose(values, absolute: 1e-6) { Double(gradient[$0]) * derivative(Double(saved[$0])) }
    }
  }
}
