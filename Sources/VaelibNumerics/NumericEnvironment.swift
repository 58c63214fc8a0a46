import CKernels
import Synchronization

/// Runs `body` with denormal floats flushed to zero on this thread and with a single-threaded BLAS (the
/// workers are the threads here), and puts both back as they were. May be nested and used on many threads at
/// once.
public func withNumericEnvironment<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
  let mode = vaelib_floating_point_mode()
  vaelib_set_floating_point_mode(vaelib_flushing_denormals(mode))
  SingleThreadedBLAS.shared.enter()
  defer {
    SingleThreadedBLAS.shared.leave()
    vaelib_set_floating_point_mode(mode)
  }
  return try body()
}

/// Counts who needs a single-threaded BLAS: the thread count is one setting for the whole process, which the
/// first user saves and the last one restores.
final class SingleThreadedBLAS: @unchecked Sendable {
  static let shared = SingleThreadedBLAS()

  private let lock = ForkSafeLock()
  private var users = 0
  private var savedThreads = 1

  func enter() {
    lock.withLock {
      if users == 0 {
        savedThreads = BLAS.threads
        if savedThreads != 1 { BLAS.threads = 1 }
      }
      users += 1
    }
  }

  func leave() {
    lock.withLock {
      users -= 1
      if users == 0, savedThreads != 1 { BLAS.threads = savedThreads }
    }
  }
}
