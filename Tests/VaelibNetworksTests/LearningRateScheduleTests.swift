import Testing
import VaelibNetworks

@Suite struct LearningRateScheduleTests {
  private func schedule(_ shape: LearningRateSchedule.Shape, warmup: Double = 0) -> LearningRateSchedule {
    LearningRateSchedule(
      shape: shape, baseRate: 2, stepEpochs: 3, factor: 0.25, warmupEpochs: warmup, totalEpochs: 8)
  }

  @Test func constantStaysWhereItIs() {
    #expect(schedule(.constant).rate(from: 0, to: 1) == 2)
    #expect(schedule(.constant).rate(from: 99, to: 100) == 2)
  }

  @Test func stepMultipliesAtWholePeriods() {
    #expect(schedule(.step).rate(from: 2.99, to: 3) == 2)
    #expect(schedule(.step).rate(from: 3, to: 3.01) == 0.5)
    #expect(schedule(.step).rate(from: 6.5, to: 6.6) == 0.125)
  }

  @Test func exponentialFallsSmoothly() {
    #expect(abs(schedule(.exponential).rate(from: 0.5, to: 0.6) - 1) < 1e-12)
    #expect(abs(schedule(.exponential).rate(from: 2, to: 2.1) - 0.125) < 1e-12)
  }

  @Test func cosineRunsFromOneToTheFactor() {
    #expect(schedule(.cosine).rate(from: 0, to: 0.1) == 2)
    #expect(abs(schedule(.cosine).rate(from: 4, to: 4.1) - 2 * 0.625) < 1e-12)
    #expect(abs(schedule(.cosine).rate(from: 8, to: 8.1) - 0.5) < 1e-12)
    #expect(abs(schedule(.cosine).rate(from: 20, to: 21) - 0.5) < 1e-12)
  }

  @Test func warmUpGrowsLinearlyFromTheFirstStep() {
    let warm = schedule(.constant, warmup: 2)
    #expect(warm.rate(from: 0, to: 0.5) == 0.5)
    #expect(warm.rate(from: 1, to: 1.5) == 1.5)
    #expect(warm.rate(from: 2, to: 2.5) == 2)
  }
}
