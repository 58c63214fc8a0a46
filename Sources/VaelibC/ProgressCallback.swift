import CVaelib
import VaelibModels
import VaelibNumerics

/// What the caller of a long function gave to watch and stop it: a callback, and vaelib_model_cancel on the handle. To
/// be made before the numeric environment is entered.
struct ProgressCallback {
  private let handle: OpaquePointer?
  private let callback: vaelib_progress_fn?
  private let userData: UnsafeMutableRawPointer?
  private let host = HostEnvironment()
  private let cancellationsBefore: UInt32

  init(_ handle: OpaquePointer?, _ callback: vaelib_progress_fn?, _ userData: UnsafeMutableRawPointer?) {
    (self.handle, self.callback, self.userData) = (handle, callback, userData)
    cancellationsBefore = HandleTable.shared.cancellations(handle)
  }

  /// For a call that is inside `gate`.
  func control(_ gate: AccessGate) -> RunControl {
    let list = MetricList()
    let report = callback.map { callback in
      { (progress: Progress) -> Bool in
        list.replace(progress.training, validation: progress.validation)
        var progress = vaelib_progress(progress, list)
        return Profiler.callback { gate.callback { host.run { callback(&progress, userData) == 0 } } }
      }
    }
    return RunControl(
      isCancelled: {
        gate.isAbandoned || HandleTable.shared.cancellations(handle) != cancellationsBefore
      }, report: report)
  }
}

extension vaelib_progress {
  fileprivate init(_ progress: Progress, _ list: MetricList) {
    self.init()
    struct_size = MemoryLayout<vaelib_progress>.size
    kind = progress.kind == .epoch ? VAELIB_PROGRESS_EPOCH : VAELIB_PROGRESS_STEP
    phase = progress.phase.map { vaelib_phase(rawValue: UInt32($0.kind.rawValue)) } ?? VAELIB_QUERY
    layer = progress.phase?.layer ?? 0
    epoch = progress.epoch
    epochs = progress.epochs
    examples = progress.examples
    examples_per_epoch = progress.examplesPerEpoch
    metrics = list.pointer
    metric_count = list.count
  }
}
