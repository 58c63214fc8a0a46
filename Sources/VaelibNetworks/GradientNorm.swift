import VaelibNumerics

/// The Euclidean norm of a flat array, summed in an order that does not depend on threads.
public func euclideanNorm(_ values: UnsafePointer<Float>, count: Int) -> Double {
  let parts = max(1, min(32, count / 16_384))
  return withUnsafeTemporaryAllocation(of: Double.self, capacity: parts) { sums in
    let sums = UnsafeMutablePointer(sums.baseAddress!)
    WorkerPool.shared.run(parts: parts) { part in
      let range = Partition.range(of: count, part: part, parts: parts)
      sums[part] = range.isEmpty ? 0 : kernels.sumOfSquares(values + range.lowerBound, range.count)
    }
    return (0..<parts).reduce(0) { $0 + sums[$1] }.squareRoot()
  }
}
