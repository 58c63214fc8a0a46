/// From a run to a number or two.
public protocol ReductionKernels: Sendable {
  /// Returns sum(x^2).
  static func sumOfSquares(_ x: Floats, _ count: Int) -> Double
  /// Returns 1 if all values are finite, else 0. outLow, outHigh: least and greatest finite value; +inf and -inf if
  /// none is.
  static func finiteRange(
    _ values: Floats, _ count: Int, _ outLow: MutableFloats, _ outHigh: MutableFloats
  ) -> Int32
}
