import CKernels
import Foundation
import Synchronization
import Testing

@testable import VaelibNumerics

/// Serialised, since the number of threads belongs to the pool.
@Suite(.serialized) struct WorkerPoolTests {
  private final class Counters: Sendable {
    let sum = Atomic<Int>(0)
    let calls = Atomic<Int>(0)
  }

  private func expectAllParts(_ pool: WorkerPool, parts: Int) {
    let counters = Counters()
    pool.run(parts: parts) { part in
      counters.sum.wrappingAdd(part, ordering: .relaxed)
      counters.calls.wrappingAdd(1, ordering: .relaxed)
    }
    #expect(counters.calls.load(ordering: .relaxed) == max(parts, 0))
    #expect(counters.sum.load(ordering: .relaxed) == max(parts, 0) * (parts - 1) / 2)
  }

  @Test(arguments: [1, 2, 3, 8])
  func everyPartRunsOnce(threads: Int) {
    let pool = WorkerPool()
    pool.setThreads(threads)
    for parts in [-1, 0, 1, 2, 3, 16, 1000] { expectAllParts(pool, parts: parts) }
  }

  @Test func threadCountIsBounded() {
    let pool = WorkerPool()
    let standard = DefaultThreads.current().count
    #expect(pool.threads == standard)
    pool.setThreads(100_000)
    #expect(pool.threads == WorkerPool.maximumThreads)
    pool.setThreads(1)
    #expect(pool.threads == 1)
    pool.setThreads(0)
    #expect(pool.threads == standard)
  }

  @Test func secondThreadTakesPart() {
    let pool = WorkerPool()
    pool.setThreads(2)
    let meeting = Counters()
    // Each part waits until the other has begun: only two threads can finish this.
    pool.run(parts: 2) { _ in
      meeting.calls.wrappingAdd(1, ordering: .relaxed)
      while meeting.calls.load(ordering: .relaxed) < 2 { vaelib_yield() }
    }
    #expect(meeting.calls.load(ordering: .relaxed) == 2)
  }

  @Test func sleepersWake() {
    let pool = WorkerPool()
    pool.setThreads(2)
    for _ in 0..<20 {
      let meeting = Counters()
      pool.run(parts: 2) { _ in
        meeting.calls.wrappingAdd(1, ordering: .relaxed)
        while meeting.calls.load(ordering: .relaxed) < 2 { vaelib_yield() }
      }
      usleep(1000)
    }
  }

  @Test func manyQuickRegions() {
    let pool = WorkerPool()
    pool.setThreads(3)
    let total = Counters()
    for i in 0..<100_000 {
      pool.run(parts: 3) { _ in total.calls.wrappingAdd(1, ordering: .relaxed) }
      if total.calls.load(ordering: .relaxed) != 3 * (i + 1) {
        Issue.record("region \(i) returned before its parts were done")
        return
      }
    }
  }

  @Test func nestedCallsRunSerially() {
    let pool = WorkerPool()
    pool.setThreads(2)
    let total = Counters()
    for _ in 0..<1000 {
      pool.run(parts: 4) { _ in
        pool.run(parts: 5) { _ in total.calls.wrappingAdd(1, ordering: .relaxed) }
      }
    }
    #expect(total.calls.load(ordering: .relaxed) == 20_000)
  }

  @Test func concurrentCallersAndChangesOfThreads() {
    let pool = WorkerPool()
    let total = Counters()
    DispatchQueue.concurrentPerform(iterations: 4) { caller in
      for i in 0..<2000 {
        if caller == 0 { pool.setThreads(1 + i % 5) }
        pool.run(parts: 4) { _ in total.calls.wrappingAdd(1, ordering: .relaxed) }
      }
    }
    #expect(total.calls.load(ordering: .relaxed) == 32_000)
  }

  @Test func workersTakeOverTheFloatingPointMode() {
    let pool = WorkerPool()
    pool.setThreads(2)
    func modes() -> [UInt64] {
      let meeting = Counters()
      var modes: [UInt64] = [0, 0]
      modes.withUnsafeMutableBufferPointer { buffer in
        nonisolated(unsafe) let buffer = buffer
        pool.run(parts: 2) { part in
          buffer[part] = vaelib_floating_point_mode()
          meeting.calls.wrappingAdd(1, ordering: .relaxed)
          while meeting.calls.load(ordering: .relaxed) < 2 { vaelib_yield() }
        }
      }
      return modes
    }
    let outside = vaelib_floating_point_mode()
    #if arch(x86_64)
      // The low six bits are flags of what has happened, not settings.
      let settings = ~UInt64(0x3f)
    #else
      let settings = ~UInt64(0)
    #endif
    let flushing = withNumericEnvironment { modes() }
    #expect(flushing.allSatisfy { $0 & settings == vaelib_numeric_mode() & settings })
    #expect(modes().allSatisfy { $0 & settings == outside & settings })
  }

  @Test func resultsHaveTheSameBitsForAnyNumberOfThreads() {
    let pool = WorkerPool()
    let count = 100_003
    let logits = someValues(count, seed: 1)
    let x = someFractions(count, seed: 2)
    func compute(threads: Int) -> (Double, [UInt32]) {
      pool.setThreads(threads)
      let parts = 7
      var sums = [Double](repeating: 0, count: parts)
      var gradient = [Float](repeating: 0, count: count)
      sums.withUnsafeMutableBufferPointer { sums in
        gradient.withUnsafeMutableBufferPointer { gradient in
          guard let out = gradient.baseAddress else { return }
          pool.run(parts: parts) { part in
            let range = Partition.range(of: count, part: part, parts: parts)
            logits.withUnsafeBufferPointer { logits in
              x.withUnsafeBufferPointer { x in
                guard let l = logits.baseAddress, let x = x.baseAddress else { return }
                let start = range.lowerBound
                sums[part] = kernels.bernoulliGradient(l + start, x + start, out + start, 0.01, range.count)
              }
            }
          }
        }
      }
      return (sums.reduce(0, +), gradient.map(\.bitPattern))
    }
    let reference = compute(threads: 1)
    for threads in [2, 3, 2] {
      let result = compute(threads: threads)
      #expect(result.0 == reference.0 && result.1 == reference.1)
    }
  }

  @Test func aForkedChildStartsItsOwnWorkers() throws {
    // Swift hides fork(); the host language of a shared library may call it at any time.
    let symbol = try #require(dlsym(UnsafeMutableRawPointer(bitPattern: 0), "fork"))
    let fork = unsafeBitCast(symbol, to: (@convention(c) () -> pid_t).self)
    let pool = WorkerPool()
    pool.setThreads(2)
    expectAllParts(pool, parts: 8)
    let child = fork()
    if child == 0 {
      alarm(20)
      let meeting = Counters()
      pool.run(parts: 2) { _ in
        meeting.calls.wrappingAdd(1, ordering: .relaxed)
        while meeting.calls.load(ordering: .relaxed) < 2 { vaelib_yield() }
      }
      withNumericEnvironment { _exit(meeting.calls.load(ordering: .relaxed) == 2 ? 7 : 8) }
    }
    var status: Int32 = 0
    #expect(waitpid(child, &status, 0) == child)
    #expect(status == 7 << 8)
    expectAllParts(pool, parts: 8)
  }
}
