import CKernels

/// Where a worker may run: on any processor but its caller's.
///
/// Linux at times wakes a worker on the processor on which the caller runs and leaves it there for tens of
/// milliseconds, though another has nothing to do: the caller then does all the work by itself. A worker that finds its
/// caller on another processor than before keeps off that one until the caller moves again.
struct WorkerPlace {
  private var choice = vaelib_processor_choice()
  private var callerProcessor: Int32 = -1
  private var workers = 0
  private var chosenAt: UInt64 = 0
  /// Callers on several threads take turns on a worker, which would move with each region.
  private static let leastNanosecondsBetweenChoices: UInt64 = 1_000_000

  /// Keeps the calling thread, one of so many workers, off its caller's processor if there are others for all of them.
  mutating func keepOff(
    _ processor: Int32, workers count: Int, nanoseconds: @autoclosure () -> UInt64 = vaelib_nanoseconds()
  ) {
    if processor == callerProcessor && count == workers { return }
    let now = nanoseconds()
    guard now &- chosenAt >= Self.leastNanosecondsBetweenChoices else { return }
    vaelib_keep_off_processor(processor, Int32(max(count, 1)), &choice)
    (callerProcessor, workers, chosenAt) = (processor, count, now)
  }
}
