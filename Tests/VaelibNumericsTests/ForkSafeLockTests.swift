import Foundation
import Testing

@testable import VaelibNumerics

@Suite struct ForkSafeLockTests {
  /// Shared by the threads of a test.
  private final class Counter: @unchecked Sendable {
    let lock = ForkSafeLock()
    var count = 0
  }

  @Test func manyThreadsCountRight() {
    let counter = Counter()
    let threads = (0..<8).compactMap { _ in
      BackgroundThread {
        for _ in 0..<20_000 { counter.lock.withLock { counter.count += 1 } }
      }
    }
    #expect(threads.count == 8)
    for thread in threads { thread.join() }
    #expect(counter.count == 160_000)
  }

  @Test func tryingDoesNotWait() {
    let counter = Counter()
    let tries = [counter.lock.tryLock(), counter.lock.tryLock()]
    counter.lock.unlock()
    let again = counter.lock.tryLock()
    counter.lock.unlock()
    #expect(tries == [true, false] && again)
  }

  @Test func waitersSleep() throws {
    let counter = Counter()
    counter.lock.lock()
    let waiter = BackgroundThread {
      let begin = Self.processorMilliseconds()
      counter.lock.withLock {}
      counter.count = Self.processorMilliseconds() - begin
    }
    Thread.sleep(forTimeInterval: 0.3)
    counter.lock.unlock()
    try #require(waiter).join()
    #expect(counter.count < 50, "milliseconds of processor time while waiting for 300")
  }

  /// What this thread has used.
  private static func processorMilliseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
  }
}
