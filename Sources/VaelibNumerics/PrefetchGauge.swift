import CKernels
import Synchronization

/// How far a producer of items is and how far it may go, and where producer and consumer sleep meanwhile.
final class PrefetchGauge: @unchecked Sendable {
  /// Items 0 to made - 1 are ready.
  private let made = Atomic<Int>(0)
  /// Items 0 to allowed - 1 may be made.
  private let allowed = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)
  private let parking: OpaquePointer

  /// What a sleeper waits for.
  private struct Sleeper {
    let gauge: PrefetchGauge
    let item: Int
    let isMaker: Bool

    var isIdle: Bool { isMaker ? gauge.isFull(item) : !gauge.isReady(item) }
  }

  /// Nil if the system has no resources for a parking place.
  init?() {
    guard let parking = vaelib_parking_create() else { return nil }
    self.parking = parking
  }

  deinit { vaelib_parking_destroy(parking) }

  // MARK: The consumer's side

  func isReady(_ item: Int) -> Bool { made.load(ordering: .acquiring) > item }

  /// Lets the producer go on to item `end` - 1.
  func allow(_ end: Int) {
    if end <= allowed.load(ordering: .relaxed) { return }
    allowed.store(end, ordering: .releasing)
    vaelib_parking_wake(parking, 2)
  }

  /// Sleeps until an item is ready, or some milliseconds.
  func waitBriefly(for item: Int) {
    sleep(Sleeper(gauge: self, item: item, isMaker: false))
  }

  /// Tells the producer to make no more.
  func stop() {
    isStopped.store(true, ordering: .releasing)
    vaelib_parking_wake(parking, 2)
  }

  // MARK: The producer's side

  /// Sleeps until an item may be made; false if no more are wanted.
  func waitForRoom(_ item: Int) -> Bool {
    while isFull(item) { sleep(Sleeper(gauge: self, item: item, isMaker: true)) }
    return !isStopped.load(ordering: .acquiring)
  }

  /// Hands over an item that was put in its place.
  func handOver(_ item: Int) {
    made.store(item + 1, ordering: .releasing)
    vaelib_parking_wake(parking, 2)
  }

  private func isFull(_ item: Int) -> Bool {
    allowed.load(ordering: .acquiring) <= item && !isStopped.load(ordering: .acquiring)
  }

  // MARK: Both sides

  private func sleep(_ sleeper: Sleeper) {
    var sleeper = sleeper
    let isIdle: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { place in
      place?.assumingMemoryBound(to: Sleeper.self).pointee.isIdle == true ? 1 : 0
    }
    withUnsafeMutablePointer(to: &sleeper) { place in
      if place.pointee.isMaker {
        vaelib_parking_sleep(parking, isIdle, place)
      } else {
        // Nobody can wake a consumer whose call is cancelled by a signal handler.
        vaelib_parking_doze(parking, isIdle, place, 5_000_000)
      }
    }
  }
}
