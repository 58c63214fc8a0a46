import Testing

@testable import VaelibNumerics

@Suite struct ContentionTests {
  private static let millisecond: UInt64 = 1_000_000

  @Test func workersThatAreAlmostInTimeAreWelcome() {
    var contention = Contention()
    for now in UInt64(1)...1000 { contention.note(waited: 250_000, part: 10_000, at: now * Self.millisecond) }
    #expect(!contention.isOn(at: 1_000_000_000))
    // A long part may take its time.
    contention.note(waited: 5 * Self.millisecond, part: 2 * Self.millisecond, at: 1_000_000_000)
    #expect(!contention.isOn(at: 1_000_000_000))
  }

  @Test func aHoldUpStopsThemForAWhile() {
    var contention = Contention()
    contention.note(waited: 4 * Self.millisecond, part: 10_000, at: 0)
    #expect(contention.isOn(at: 1))
    #expect(contention.isOn(at: 9 * Self.millisecond))
    #expect(!contention.isOn(at: 10 * Self.millisecond))
  }

  @Test func theWhileGrowsWithHoldUpsInARowAndHasALimit() {
    var contention = Contention()
    var now: UInt64 = 0
    var pauses: [UInt64] = []
    for _ in 0..<8 {
      contention.note(waited: 4 * Self.millisecond, part: 10_000, at: now)
      let start = now
      while contention.isOn(at: now) { now += Self.millisecond }
      pauses.append((now - start) / Self.millisecond)
    }
    #expect(pauses == [10, 20, 40, 80, 160, 320, 320, 320])
    now += 10_000 * Self.millisecond
    contention.note(waited: 4 * Self.millisecond, part: 10_000, at: now)
    #expect(!contention.isOn(at: now + 10 * Self.millisecond))
  }
}
