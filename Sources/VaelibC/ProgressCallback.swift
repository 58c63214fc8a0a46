import CVaelib
import VaelibModels
import VaelibNumerics

/// Listens to vaelib_cancel on a handle, and passes progress to the host's callback. To be called before the
/// numeric environment is entered.
func runControl(
  _ handle: OpaquePointer?, _ callback: vaelib_progress_fn?, _ userData: UnsafeMutableRawPointer?
) -> RunControl {
  let table = HandleTable.shared
  let before = table.cancellations(handle)
  let host = HostEnvironment()
  let report = callback.map { callback in
    { (progress: Progress) -> Bool in
      var progress = vaelib_progress(progress)
      return host.run { callback(&progress, userData) == 0 }
    }
  }
  return RunControl(isCancelled: { table.cancellations(handle) != before }, report: report)
}

extension vaelib_progress {
  init(_ progress: Progress) {
    self.init()
    struct_size = MemoryLayout<vaelib_progress>.size
    kind = progress.kind.cValue
    epoch = progress.epoch
    epochs = progress.epochs
    examples = progress.examples
    examples_per_epoch = progress.examplesPerEpoch
    record = vaelib_history_record(progress.training, validation: progress.validation)
    record.struct_size = MemoryLayout<vaelib_history_record>.size
    if progress.phase == nil { record.examples_seen = UInt64(progress.examples) }
  }
}

extension Progress.Kind {
  var cValue: vaelib_progress_kind {
    switch self {
    case .step: VAELIB_PROGRESS_STEP
    case .epoch: VAELIB_PROGRESS_EPOCH
    }
  }
}

extension vaelib_history_record {
  init(_ training: MetricValues, validation: MetricValues) {
    self.init()
    epoch = training.count(.epoch)
    examples_seen = UInt64(training.count(.examplesSeen))
    loss = training[.loss]
    elbo = training[.elbo]
    reconstruction = training[.reconstruction]
    kl = training[.kl]
    validation_elbo = validation[.elbo]
    validation_reconstruction = validation[.reconstruction]
    validation_kl = validation[.kl]
    kl_weight = training[.klWeight]
    learning_rate = training[.learningRate]
    seconds = training[.seconds]
  }
}
