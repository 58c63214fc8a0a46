import Testing

@testable import VaelibNumerics

extension InstructionSet {
  /// All that this processor has.
  static var supported: [InstructionSet] { allCases.filter { $0.rawValue <= best.rawValue } }
}

/// Lengths around the widths of vectors, and the empty run.
let awkwardLengths = [0, 1, 3, 15, 16, 17, 33, 100, 1031]

/// Deterministic values of the given spread, some of them exactly 0.
func someValues(_ count: Int, seed: UInt64, spread: Float = 3) -> [Float] {
  var values = [Float](repeating: 0, count: count)
  RandomStream(seed: seed, purpose: 0, epoch: 0, example: 0).normals(into: &values, count: count)
  for i in values.indices { values[i] = i % 13 == 7 ? 0 : values[i] * spread }
  return values
}

/// Deterministic values in [0, 1).
func someFractions(_ count: Int, seed: UInt64) -> [Float] {
  var values = [Float](repeating: 0, count: count)
  RandomStream(seed: seed, purpose: 0, epoch: 0, example: 0).uniforms(into: &values, count: count)
  return values
}

/// The distance between a float and the true value, in units of the float's last place there.
func ulps(_ value: Float, from exact: Double) -> Double {
  if Float(exact) == value || (value.isNaN && exact.isNaN) { return 0 }
  let spacing = Double(max(Float(abs(exact)), .leastNormalMagnitude).ulp)
  return abs(Double(value) - exact) / spacing
}

/// Expects values[i] to be expected(i) within `relative` of it, or within `absolute`.
func expectClose(
  _ values: [Float], relative: Double = 2e-6, absolute: Double = 1e-7,
  location: SourceLocation = #_sourceLocation, _ expected: (Int) -> Double
) {
  for i in values.indices {
    let exact = expected(i)
    let difference = abs(Double(values[i]) - exact)
    if !(difference <= absolute + relative * abs(exact)) {
      Issue.record(
        "element \(i) of \(values.count): \(values[i]), expected \(exact)", sourceLocation: location)
      return
    }
  }
}

/// Expects two sums to agree within rounding of their terms, whose magnitudes sum to `magnitude`.
func expectClose(
  _ sum: Double, _ exact: Double, magnitude: Double, location: SourceLocation = #_sourceLocation
) {
  let difference = abs(sum - exact)
  #expect(difference <= 1e-6 * magnitude + 1e-9, "\(sum), expected \(exact)", sourceLocation: location)
}
