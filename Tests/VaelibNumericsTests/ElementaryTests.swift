import Foundation
import Testing
import VaelibKernels

@testable import VaelibNumerics

/// Accuracy of the elementary functions in units in the last place, over their whole range.
@Suite struct ElementaryTests {
  /// A function as the kernels compute it, what it should be, where, and how near.
  struct Function: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let range: ClosedRange<Float>
    let limit: Double
    let exact: @Sendable (Double) -> Double
    let apply: @Sendable (any Kernels.Type, [Float]) -> [Float]
  }

  static let functions = [
    Function(
      testDescription: "exp", range: -87.3...88.72, limit: 1, exact: { exp($0) },
      apply: { kernels, x in
        mapped(x) { kernels.exponential($0, $1, 1, $2) }
      }),
    Function(
      testDescription: "sigmoid", range: -87...90, limit: 2, exact: Oracle.sigmoid,
      apply: { kernels, x in mapped(x) { kernels.sigmoid($0, $1, $2) } }),
    Function(
      testDescription: "tanh", range: -12...12, limit: 2.5, exact: { tanh($0) },
      apply: { kernels, x in biased(x) { kernels.biasTanh($0, $1, $2) } }),
    Function(
      testDescription: "softplus", range: -87...200, limit: 2, exact: Oracle.softplus,
      apply: { kernels, x in biased(x) { kernels.biasSoftplus($0, $1, $2) } }),
    Function(
      testDescription: "elu", range: -30...30, limit: 1, exact: Oracle.elu,
      apply: { kernels, x in biased(x) { kernels.biasElu($0, $1, $2) } }),
    Function(
      testDescription: "silu", range: -80...90, limit: 2.5, exact: Oracle.silu,
      apply: { kernels, x in mapped(x) { kernels.silu($0, $1, $2) } }),
  ]

  private static func mapped(_ x: [Float], _ kernel: (Floats, MutableFloats, Int) -> Void) -> [Float] {
    var out = [Float](repeating: .nan, count: x.count)
    kernel(x, &out, x.count)
    return out
  }

  private static func biased(_ x: [Float], _ kernel: (MutableFloats, Floats, Int) -> Void) -> [Float] {
    var values = x
    kernel(&values, [Float](repeating: 0, count: x.count), x.count)
    return values
  }

  /// Evenly spaced values, and values of every magnitude down to 1e-30.
  private static func samples(_ range: ClosedRange<Float>) -> [Float] {
    let count = 20_000
    let step = (range.upperBound - range.lowerBound) / Float(count)
    let even = (0...count).map { min(range.upperBound, range.lowerBound + Float($0) * step) }
    let small = (0..<2000).flatMap { i -> [Float] in
      let magnitude = exp2(-Float(i) * 0.05)
      return [magnitude, -magnitude]
    }
    return even + small.filter { range.contains($0) }
  }

  @Test(arguments: InstructionSet.supported, functions)
  func errorIsAFewUnitsInTheLastPlace(set: InstructionSet, function: Function) {
    let x = Self.samples(function.range)
    let y = function.apply(set.kernels, x)
    var worst = (error: 0.0, at: Float(0))
    for (x, y) in zip(x, y) {
      let error = ulps(y, from: function.exact(Double(x)))
      if !(error <= worst.error) { worst = (error, x) }
    }
    #expect(worst.error <= function.limit, "\(worst.error) units at \(worst.at)")
  }

  @Test(arguments: InstructionSet.supported)
  func geluKeepsItsRelativePrecisionInTheTail(set: InstructionSet) {
    let kernels = set.kernels
    let x = Self.samples(-12.5...40)
    let y = Self.mapped(x) { kernels.gelu($0, $1, $2) }
    // Without a fused multiply-add the square of x is not known exactly enough.
    let limit = set == .baseline ? 1e-5 : 1e-6
    expectClose(y, relative: limit, absolute: 1e-38) { Oracle.gelu(Double(x[$0])) }
    var gradient = [Float](repeating: 1, count: x.count)
    kernels.geluBackward(&gradient, x, x.count)
    expectClose(gradient, relative: limit, absolute: 3e-7) { Oracle.geluDerivative(Double(x[$0])) }
  }

  @Test(arguments: InstructionSet.supported)
  func specialValues(set: InstructionSet) {
    let kernels = set.kernels
    let x: [Float] = [-.infinity, -1000, -0.0, 0, 1000, .infinity, .nan, -.nan]
    let expectations: [(String, [Float], [Float])] = [
      ("exp", Self.mapped(x) { kernels.exponential($0, $1, 1, $2) }, [0, 0, 1, 1, .infinity, .infinity]),
      ("sigmoid", Self.mapped(x) { kernels.sigmoid($0, $1, $2) }, [0, 0, 0.5, 0.5, 1, 1]),
      ("tanh", Self.biased(x) { kernels.biasTanh($0, $1, $2) }, [-1, -1, 0, 0, 1, 1]),
      (
        "softplus", Self.biased(x) { kernels.biasSoftplus($0, $1, $2) },
        [0, 0, Float(log(2.0)), Float(log(2.0)), 1000, .infinity]
      ),
      ("relu", Self.biased(x) { kernels.biasRelu($0, $1, $2) }, [0, 0, 0, 0, 1000, .infinity]),
      ("elu", Self.biased(x) { kernels.biasElu($0, $1, $2) }, [-1, -1, 0, 0, 1000, .infinity]),
      (
        "leaky relu", Self.biased(x) { kernels.biasLeakyRelu($0, $1, $2) },
        [-.infinity, -10, 0, 0, 1000, .infinity]
      ),
      ("add", Self.biased(x) { kernels.addBias($0, $1, $2) }, Array(x.prefix(6))),
    ]
    for (name, values, expected) in expectations {
      #expect(Array(values.prefix(6)) == expected, "\(name)")
      #expect(values[6].isNaN && values[7].isNaN, "\(name) of NaN")
    }
    #expect(Self.mapped(x) { kernels.gelu($0, $1, $2) }[1..<6] == [0, 0, 0, 1000, .infinity])
    #expect(Self.mapped(x) { kernels.gelu($0, $1, $2) }[6].isNaN)
    #expect(Self.mapped(x) { kernels.silu($0, $1, $2) }[1..<6] == [0, 0, 0, 1000, .infinity])
  }

  @Test(arguments: InstructionSet.supported)
  func expReachesDenormalsGradually(set: InstructionSet) {
    let x: [Float] = [-88, -95, -103, -103.97, -104.5]
    let y = Self.mapped(x) { set.kernels.exponential($0, $1, 1, $2) }
    for (x, y) in zip(x, y) { #expect(ulps(y, from: exp(Double(x))) <= 2) }
  }

  @Test(arguments: InstructionSet.supported, [(Float(-20), Float(20)), (-4, 1), (0.5, 0.75)])
  func softClamp(set: InstructionSet, limits: (Float, Float)) {
    let (lower, upper) = limits
    let kernels = set.kernels
    for count in awkwardLengths {
      let raw = someValues(count, seed: 1, spread: 15)
      var out = [Float](repeating: .nan, count: count)
      kernels.softClamp(raw, &out, lower, upper, count)
      expectClose(out, absolute: 1e-5) { Oracle.bound(Double(raw[$0]), Double(lower), Double(upper)) }
      #expect(out.allSatisfy { $0 <= upper })

      let incoming = someValues(count, seed: 2)
      var gradient = incoming
      kernels.softClampBackward(&gradient, raw, lower, upper, count)
      expectClose(gradient, relative: 1e-5, absolute: 1e-6) {
        Double(incoming[$0]) * Oracle.boundDerivative(Double(raw[$0]), Double(lower), Double(upper))
      }
    }
    var extremes = [Float](repeating: 0, count: 2)
    kernels.softClamp([-1e30, 1e30], &extremes, lower, upper, 2)
    #expect(abs(extremes[0] - lower) <= 0.7 && abs(extremes[1] - upper) <= 1e-4)
  }
}
