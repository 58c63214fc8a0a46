import CKernels
import Foundation
import Synchronization
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
    #expect(counter.lock.tryLock())
    #expect(!counter.lock.tryLock())
    counter.lock.unlock()
    #expect(counter.lock.tryLock())
    counter.lock.unlock()
  }

  @Test func waitersSleep() throws {
    let counter = Counter()
    counter.lock.lock()
    let used = Atomic<Int>(0)
    let waiter = try #require(
      BackgroundThread {
        counter.lock.withLock {}
        var usage = rusage()
        getrusage(RUSAGE_THREAD, &usage)
        used.store((usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000, ordering: .releasing)
      })
    Thread.sleep(forTimeInterval: 0.3)
    counter.lock.unlock()
    waiter.join()
    #expect(used.load(ordering: .acquiring) < 50, "milliseconds of processor time while waiting 300")
  }
}
