import CVaelib
import VaelibModels
import VaelibNumerics

/// Listens to vaelib_model_cancel on a handle, and passes progress to the host's callback. To be called before the
/// numeric environment is entered.
func runControl(
  _ handle: OpaquePointer?, _ callback: vaelib_progress_fn?, _ userData: UnsafeMutableRawPointer?
) -> RunControl {
  let table = HandleTable.shared
  let before = table.cancellations(handle)
  let host = HostEnvironment()
  let list = MetricList()
  let report = callback.map { callback in
    { (progress: Progress) -> Bool in
      list.replace(progress.training, validation: progress.validation)
      var progress = vaelib_progress(progress, list)
      return host.run { callback(&progress, userData) == 0 }
    }
  }
  return RunControl(isCancelled: { table.cancellations(handle) != before }, report: report)
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
