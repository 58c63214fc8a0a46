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
    kind = progress.kind == .epoch ? VAELIB_PROGRESS_EPOCH : VAELIB_PROGRESS_STEP
    epoch = progress.epoch
    epochs = progress.epochs
    examples = progress.examples
    examples_per_epoch = progress.examplesPerEpoch
    record = vaelib_history_record(progress.record)
    record.struct_size = MemoryLayout<vaelib_history_record>.size
  }
}

extension vaelib_history_record {
  init(_ record: EpochRecord) {
    self.init()
    epoch = record.epoch
    examples_seen = record.examplesSeen
    loss = record.loss
    elbo = record.training.elbo
    reconstruction = record.training.reconstruction
    kl = record.training.kl
    validation_elbo = record.validation.elbo
    validation_reconstruction = record.validation.reconstruction
    validation_kl = record.validation.kl
    kl_weight = record.klWeight
    learning_rate = record.learningRate
    seconds = record.seconds
  }
}
