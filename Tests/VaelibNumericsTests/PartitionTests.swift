import Testing

@testable import VaelibNumerics

@Suite struct PartitionTests {
  @Test(arguments: [0, 1, 15, 16, 17, 100, 784, 100_001], [1, 2, 3, 16])
  func partsCoverEverythingInOrder(count: Int, parts: Int) {
    for multiple in [1, 16, 1000] {
      var next = 0
      for part in 0..<parts {
        let range = Partition.range(of: count, part: part, parts: parts, multipleOf: multiple)
        #expect(range.lowerBound == next)
        #expect(range.upperBound == count || range.upperBound % multiple == 0)
        next = range.upperBound
      }
      #expect(next == count)
    }
  }

  @Test func partsAreNearlyEqual() {
    let sizes = (0..<7).map { Partition.range(of: 1000, part: $0, parts: 7, multipleOf: 1).count }
    #expect(sizes.allSatisfy { $0 == 142 || $0 == 143 })
  }

  @Test(arguments: [
    (0, 1), (1_999_999, 1), (2_000_000, 2), (48_000_000, 2), (50_000_000, 4), (80_000_000, 4),
    (640_000_000, 16), (Int.max, 16),
  ])
  func partsGrowWithTheWork(flops: Int, parts: Int) {
    #expect(Partition.parts(flops: flops) == parts)
  }
}
