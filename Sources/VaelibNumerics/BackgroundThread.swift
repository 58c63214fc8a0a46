import CKernels

/// A thread that runs one piece of work and is waited for.
public final class BackgroundThread {
  private let thread: OpaquePointer
  private let generation = ForkGeneration.current

  private final class Work {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Starts the work; nil if the system has no resources for a thread.
  public init?(_ body: @escaping @Sendable () -> Void) {
    let work = Unmanaged.passRetained(Work(body))
    let started = vaelib_thread_start(
      { pointer in
        guard let pointer else { return }
        Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body()
      }, work.toOpaque())
    guard let started else {
      work.release()
      return nil
    }
    thread = started
  }

  /// False in a child of the process that started the thread: threads do not survive a fork.
  public var exists: Bool { generation == ForkGeneration.current }

  /// Waits for the end of the work, once.
  public func join() {
    if exists { vaelib_thread_join(thread) }
  }
}
