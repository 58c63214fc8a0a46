import Testing

@testable import VaelibNumerics

@Suite struct ReductionTests {
  @Test(arguments: InstructionSet.supported)
  func sumOfSquaresAndArithmetic(set: InstructionSet) {
    let kernels = set.kernels
    for count in awkwardLengths {
      let x = someValues(count, seed: 1)
      let exact = x.map { Double($0) * Double($0) }.reduce(0, +)
      #expect(abs(kernels.sumOfSquares(x, count) - exact) <= 1e-13 * exact)

      var y = someValues(count, seed: 2)
      let before = y
      kernels.addTo(&y, x, count)
      #expect(y == zip(before, x).map { $0 + $1 })
      kernels.scale(&y, 0.3, count)
      #expect(y == zip(before, x).map { ($0 + $1) * 0.3 })
    }
  }

  @Test(arguments: InstructionSet.supported)
  func finiteRange(set: InstructionSet) {
    let kernels = set.kernels
    for count in awkwardLengths where count > 0 {
      let x = someValues(count, seed: 3)
      var low: Float = .nan
      var high: Float = .nan
      #expect(kernels.finiteRange(x, count, &low, &high) == 1)
      #expect(low == x.min() && high == x.max())

      for bad in [Float.nan, -.nan, .infinity, -.infinity] {
        for place in [0, count / 2, count - 1] {
          var spoiled = x
          spoiled[place] = bad
          let rest = x.enumerated().filter { $0.offset != place }.map(\.element)
          #expect(kernels.finiteRange(spoiled, count, &low, &high) == 0)
          #expect(low == rest.min() ?? .infinity && high == rest.max() ?? -.infinity)
        }
      }
    }
  }

  @Test(arguments: InstructionSet.supported)
  func finiteRangeOfExtremes(set: InstructionSet) {
    var low: Float = .nan
    var high: Float = .nan
    let kernels = set.kernels
    let limits: [Float] = [.greatestFiniteMagnitude, -.greatestFiniteMagnitude, 0, .leastNonzeroMagnitude]
    #expect(kernels.finiteRange(limits, 4, &low, &high) == 1)
    #expect(low == -.greatestFiniteMagnitude && high == .greatestFiniteMagnitude)
    #expect(kernels.finiteRange(limits, 0, &low, &high) == 1)
    #expect(low == .infinity && high == -.infinity)
  }
}
