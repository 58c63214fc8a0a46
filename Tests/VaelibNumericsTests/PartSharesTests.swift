import Synchronization
import Testing

@testable import VaelibNumerics

@Suite struct PartSharesTests {
  private func taken(_ shares: PartShares, parts: Int, threads: Int, own: Int, atMost: Int = .max) -> [Int] {
    var taken: [Int] = []
    shares.take(parts: parts, threads: threads, own: own) { taken.append($0) }
    return taken
  }

  @Test(arguments: [1, 2, 3, 7], [0, 1, 2, 3, 16, 17])
  func aThreadAloneTakesAllPartsItsOwnFirst(threads: Int, parts: Int) {
    let shares = PartShares(threads: 8)
    for own in 0..<threads {
      shares.deal(parts: parts, threads: threads)
      let taken = taken(shares, parts: parts, threads: threads, own: own)
      #expect(taken.sorted() == Array(0..<parts))
      let first = parts * own / threads..<parts * (own + 1) / threads
      #expect(Array(taken.prefix(first.count)) == Array(first))
      #expect(self.taken(shares, parts: parts, threads: threads, own: own).isEmpty)
    }
  }

  @Test func whatOthersLeftIsTaken() {
    let shares = PartShares(threads: 2)
    shares.deal(parts: 6, threads: 2)
    var others: [Int] = []
    shares.take(parts: 6, threads: 2, own: 0) { part in
      // While the first thread works on its first part, the second one does all the rest.
      if part == 0 { others = taken(shares, parts: 6, threads: 2, own: 1) }
    }
    #expect(others == [3, 4, 5, 1, 2])
  }

  @Test func threadsTakeEachPartOnce() {
    let shares = PartShares(threads: 4)
    let counts = (0..<1000).map { _ in Counter() }
    for _ in 0..<20 {
      shares.deal(parts: counts.count, threads: 4)
      let threads = (0..<4).map { own in
        BackgroundThread {
          shares.take(parts: counts.count, threads: 4, own: own) {
            counts[$0].value.wrappingAdd(1, ordering: .relaxed)
          }
        }
      }
      for thread in threads { thread?.join() }
    }
    #expect(counts.allSatisfy { $0.value.load(ordering: .relaxed) == 20 })
  }

  private final class Counter: Sendable {
    let value = Atomic<Int>(0)
  }
}
