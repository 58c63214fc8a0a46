import Testing

@testable import VaelibNumerics

@Suite struct RandomIntegersTests {
  private func integers(_ seed: UInt64) -> RandomIntegers {
    RandomIntegers(RandomStream(seed: seed, purpose: 2, epoch: 1, example: 0))
  }

  @Test func bitsComeFromTheStreamInOrder() {
    let stream = RandomStream(seed: 5, purpose: 2, epoch: 1, example: 0)
    var integers = RandomIntegers(stream)
    for block in UInt32(0)..<3 {
      let words = stream.words(block: block)
      #expect(integers.next() == UInt64(words.0) | UInt64(words.1) << 32)
      #expect(integers.next() == UInt64(words.2) | UInt64(words.3) << 32)
    }
  }

  @Test(arguments: [UInt64(1), 2, 3, 7, 10])
  func belowIsUniform(n: UInt64) {
    var integers = integers(n)
    let draws = 20_000
    var counts = [Double](repeating: 0, count: Int(n))
    for _ in 0..<draws { counts[Int(integers.below(n))] += 1 }
    let expected = Double(draws) / Double(n)
    let chiSquare = counts.map { ($0 - expected) * ($0 - expected) / expected }.reduce(0, +)
    // Exceeded with probability 0.001 at 9 degrees of freedom, less at fewer.
    #expect(chiSquare < 27.9)
  }

  @Test func belowHandlesTheLargestRanges() {
    var integers = integers(1)
    #expect(integers.below(0) == 0)
    // Three quarters of 2^64: a biased method would fold the rest onto the first third.
    let n: UInt64 = 3 << 62
    let low = (0..<9000).filter { _ in integers.below(n) < 1 << 62 }.count
    #expect(abs(low - 3000) < 180)
  }

  @Test func shuffleKeepsElements() {
    var integers = integers(3)
    for count in [0, 1, 2, 1000] {
      var elements = Array(0..<count)
      integers.shuffle(&elements)
      #expect(elements.sorted() == Array(0..<count))
    }
  }

  @Test func shuffleReachesAllOrdersEquallyOften() {
    var integers = integers(4)
    var counts: [[Int]: Double] = [:]
    let draws = 24_000
    for _ in 0..<draws {
      var elements = [0, 1, 2, 3]
      integers.shuffle(&elements)
      counts[elements, default: 0] += 1
    }
    #expect(counts.count == 24)
    let expected = Double(draws) / 24
    let chiSquare = counts.values.map { ($0 - expected) * ($0 - expected) / expected }.reduce(0, +)
    // Exceeded with probability 0.001 at 23 degrees of freedom.
    #expect(chiSquare < 49.7)
  }
}
