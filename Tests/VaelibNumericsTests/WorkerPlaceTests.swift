import CKernels
import Testing

@testable import VaelibNumerics

// Hidden by the headers that Swift imports.
@_silgen_name("sched_getaffinity")
private func affinity(_ thread: Int32, _ size: Int, _ set: UnsafeMutablePointer<UInt8>) -> Int32
@_silgen_name("sched_setaffinity")
private func setAffinity(_ thread: Int32, _ size: Int, _ set: UnsafePointer<UInt8>) -> Int32

/// Each in a thread of its own, which is left where it was put.
struct WorkerPlaceTests {
  private static func onThread(_ body: @escaping @Sendable () -> Void) {
    let thread = BackgroundThread(body)
    #expect(thread != nil)
    thread?.join()
  }

  /// Times so far apart that a worker may move each time.
  private static func turn(_ number: Int) -> UInt64 { UInt64(number + 1) * 10_000_000 }

  private static var processors: [Int32] {
    var bits = [UInt8](repeating: 0, count: 128)
    guard affinity(0, bits.count, &bits) == 0 else { return [] }
    return (0..<Int32(8 * bits.count)).filter { bits[Int($0) / 8] >> ($0 % 8) & 1 == 1 }
  }

  @Test func aWorkerKeepsOffItsCallersProcessor() throws {
    let all = Self.processors
    try #require(all.count > 0)
    Self.onThread {
      var place = WorkerPlace()
      for (turn, processor) in all.enumerated() {
        place.keepOff(processor, workers: 1, nanoseconds: Self.turn(turn))
        #expect(Self.processors == (all.count > 1 ? all.filter { $0 != processor } : all))
        #expect(all.count == 1 || vaelib_current_processor() != processor)
      }
    }
  }

  @Test func moreWorkersThanOtherProcessorsMayRunOnAll() {
    let all = Self.processors
    Self.onThread {
      var place = WorkerPlace()
      place.keepOff(all[0], workers: 1, nanoseconds: Self.turn(0))
      place.keepOff(all[0], workers: all.count, nanoseconds: Self.turn(1))
      #expect(Self.processors == all)
    }
  }

  @Test func callersInTurnsDoNotMoveItEachTime() {
    let all = Self.processors
    guard all.count > 1 else { return }
    Self.onThread {
      var place = WorkerPlace()
      place.keepOff(all[0], workers: 1, nanoseconds: Self.turn(0))
      place.keepOff(all[1], workers: 1, nanoseconds: Self.turn(0) + 1000)
      #expect(!Self.processors.contains(all[0]))
    }
  }

  @Test func whatOthersSetStays() {
    let all = Self.processors
    guard all.count > 1 else { return }
    Self.onThread {
      var place = WorkerPlace()
      place.keepOff(all[0], workers: 1, nanoseconds: Self.turn(0))
      var first = [UInt8](repeating: 0, count: 128)
      first[Int(all[0]) / 8] = 1 << (all[0] % 8)
      #expect(setAffinity(0, first.count, &first) == 0)
      place.keepOff(all[1], workers: 1, nanoseconds: Self.turn(1))
      #expect(Self.processors == [all[0]])
      place.keepOff(all[0], workers: 1, nanoseconds: Self.turn(2))
      #expect(Self.processors == [all[0]])
    }
  }

  @Test func anUnknownProcessorChangesNothing() {
    let all = Self.processors
    Self.onThread {
      var place = WorkerPlace()
      for (turn, unknown) in [Int32(-1), 1 << 20].enumerated() {
        place.keepOff(unknown, workers: 1, nanoseconds: Self.turn(turn))
        #expect(Self.processors == all)
      }
    }
  }
}
