public import CVaelib
import VaelibNumerics

@_cdecl("vaelib_threads_set") @implementation
public func vaelib_threads_set(_ count: Int) -> vaelib_status {
  entryPoint {
    guard (0...256).contains(count) else {
      throw BoundaryError.argument(
        "count is \(UInt(bitPattern: count)); allowed: 0 to 256, 0 for one per core")
    }
    WorkerPool.shared.setThreads(count)
  }
}

@_cdecl("vaelib_threads_get") @implementation
public func vaelib_threads_get() -> Int {
  Preparation.run()
  return WorkerPool.shared.threads
}

@_cdecl("vaelib_cpu_description") @implementation
public func vaelib_cpu_description() -> UnsafePointer<CChar>? {
  Constants.string(cpuDescription())
}
