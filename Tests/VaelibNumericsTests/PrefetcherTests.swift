import Synchronization
import Testing
import VaelibNumerics

/// Items that are made ahead come in order, and no further ahead than allowed.
@Suite struct PrefetcherTests {
  private struct Failure: Error, Equatable { let item: Int }
  private struct Impatience: Error {}

  private func squares(_ count: Int, capacity: Int, isAhead: Bool = true) throws -> [Int] {
    let prefetcher = Prefetcher(count: count, capacity: capacity, isAhead: isAhead) { $0 * $0 }
    var items: [Int] = []
    while let item = try prefetcher.next({}) { items.append(item) }
    return items
  }

  @Test(arguments: [0, 1, 2, 100], [1, 3, 1000])
  func itemsComeInOrder(count: Int, capacity: Int) throws {
    let expected = (0..<count).map { $0 * $0 }
    #expect(try squares(count, capacity: capacity) == expected)
    #expect(try squares(count, capacity: capacity, isAhead: false) == expected)
  }

  @Test func noMoreThanAllowedIsMade() throws {
    let counter = Counter()
    let prefetcher = Prefetcher(count: 100, capacity: 10) { item in
      counter.add()
      return item
    }
    prefetcher.allow(5)
    for item in 0..<5 { #expect(try prefetcher.next({}) == item) }
    #expect(counter.count == 5)
    prefetcher.allow(50)
    while counter.count < 15 {}
    for _ in 0..<1000 { #expect(counter.count == 15) }
  }

  @Test func aFailureComesInItsPlace() throws {
    let prefetcher = Prefetcher(count: 10, capacity: 10) { item in
      if item == 3 { throw Failure(item: 3) }
      return item
    }
    prefetcher.allow(10)
    for item in 0..<3 { #expect(try prefetcher.next({}) == item) }
    #expect(throws: Failure(item: 3)) { try prefetcher.next({}) }
  }

  @Test func waitingCanBeEnded() {
    let gate = Counter()
    let prefetcher = Prefetcher(count: 2, capacity: 1) { item in
      while gate.count == 0 {}
      return item
    }
    #expect(throws: Impatience.self) { try prefetcher.next { throw Impatience() } }
    gate.add()
  }

  @Test func theThreadEndsWithThePrefetcher() {
    let counter = Counter()
    do {
      let prefetcher = Prefetcher(count: 1000, capacity: 1000) { item in
        counter.add()
        return item
      }
      prefetcher.allow(1000)
    }
    let made = counter.count
    for _ in 0..<1000 { #expect(counter.count == made) }
  }
}

private final class Counter: Sendable {
  private let number = Atomic<Int>(0)

  var count: Int { number.load(ordering: .sequentiallyConsistent) }

  func add() { number.add(1, ordering: .sequentiallyConsistent) }
}
