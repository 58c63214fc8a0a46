import Testing

@testable import VaelibModels

/// What is said of how a training ended, and that nothing is said where all is well.
@Suite struct LossCourseTests {
  private func warning(_ losses: [Double], epochsBefore: Int = 0) -> String? {
    let course = LossCourse(losses, epochsBefore: epochsBefore)
    return course.rise(above: .infinity) ?? course.fall
  }

  /// Falls by a constant share of what is left, towards `limit`.
  private func course(_ epochs: Int, from first: Double = 550, to limit: Double = 100, share: Double)
    -> [Double]
  {
    var loss = first
    return (0..<epochs).map { _ in
      defer { loss += share * (limit - loss) }
      return loss
    }
  }

  @Test func goodCoursesAreNotCommented() {
    #expect(warning([]) == nil)
    #expect(warning([5]) == nil)
    #expect(warning(course(50, share: 0.3)) == nil)
    #expect(warning(course(50, from: 3, to: -40, share: 0.3)) == nil)
    // Losses that go up and down by a few percent, as those of small sets do.
    let noisy = course(60, share: 0.3).enumerated().map { $1 * ($0 % 2 == 0 ? 1.03 : 0.97) }
    #expect(warning(noisy) == nil)
    #expect(warning(Array(repeating: 7, count: 40)) == nil)
  }

  @Test func aCollapseIsTold() throws {
    let text = try #require(warning(course(10, share: 0.5) + [48_000, 300, 265], epochsBefore: 4))
    #expect(text.contains("the loss of epoch 14 was 100.8"))
    #expect(text.contains("that of the last one, 17, is 265.0"))
    #expect(text.contains("the weights after epoch 14 were kept"))
    #expect(warning([100, 100.5]) == nil)
  }

  /// Of hundreds of epochs the lowest loss is one of chance: the last is above it, and nothing is wrong.
  @Test func noiseIsNoRise() {
    var state: UInt64 = 1
    func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 33) / Double(1 << 31)
    }
    for _ in 0..<200 {
      let flat = (0..<667).map { _ in 5 + (uniform() + uniform() + uniform() - 1.5) }
      #expect(LossCourse(flat, epochsBefore: 0).rise(above: .infinity) == nil)
    }
    let ruined = (0..<667).map { _ in 5 + uniform() } + (0..<40).map { _ in 9 + uniform() }
    #expect(LossCourse(ruined, epochsBefore: 0).rise(above: .infinity) != nil)
  }

  @Test func whatEndsAboveALimitIsARise() {
    let wild = (0..<60).map { $0 % 2 == 0 ? 3.0 : 12.0 }
    #expect(LossCourse(wild, epochsBefore: 0).rise(above: .infinity) == nil)
    #expect(LossCourse(wild, epochsBefore: 0).rise(above: 2.8) != nil)
  }

  @Test func theLeastIsThatOfTheBestEpoch() {
    #expect(LossCourse([3, 1, 2], epochsBefore: 0).least == 1)
    #expect(LossCourse([], epochsBefore: 0).least == .infinity)
  }

  @Test func aLossThatStillFallsIsTold() throws {
    let text = try #require(warning(course(40, share: 0.02)))
    #expect(text.contains("in the last 4 of 40 epochs the loss fell from"))
    // Too few epochs to tell.
    #expect(warning(course(19, share: 0.02)) == nil)
  }
}
