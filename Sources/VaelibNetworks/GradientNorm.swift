import VaelibNumerics

/// The Euclidean norm of these tensors of a flat array, summed in an order that does not depend on threads.
public func euclideanNorm(_ values: UnsafePointer<Float>, of tensors: [Range<Int>]) -> Double {
  let parts = ParameterParts(tensors)
  return withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, parts.count)) { sums in
    guard let sums = sums.baseAddress else { return 0 }
    profiled(.gradientNorm) {
      WorkerPool.shared.run(parts: parts.count) { part in
        sums[part] = 0
        parts.forEachRange(part) { _, range in
          sums[part] += kernels.sumOfSquares(values + range.lowerBound, range.count)
        }
      }
    }
    return (0..<parts.count).reduce(0) { $0 + sums[$1] }.squareRoot()
  }
}
