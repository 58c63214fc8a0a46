import VaelibNumerics

/// The Euclidean norm of the parts `ranges` of a flat array, summed in an order that does not depend on threads.
public func euclideanNorm(_ values: UnsafePointer<Float>, ranges: [Range<Int>]) -> Double {
  let segments = cutIntoSegments(ranges)
  return withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, segments.count)) { sums in
    guard let sums = sums.baseAddress else { return 0 }
    profiled(.gradientNorm) {
      WorkerPool.shared.run(parts: segments.count) { part in
        sums[part] = kernels.sumOfSquares(values + segments[part].lowerBound, segments[part].count)
      }
    }
    return (0..<segments.count).reduce(0) { $0 + sums[$1] }.squareRoot()
  }
}

/// Cuts ranges into runs that are worth a thread's attention, by their sizes alone.
func cutIntoSegments(_ ranges: [Range<Int>]) -> [Range<Int>] {
  let length = 32_768
  return ranges.flatMap { range in
    stride(from: range.lowerBound, to: range.upperBound, by: length).map {
      $0..<min($0 + length, range.upperBound)
    }
  }
}
