import CVaelib
import VaelibModels
import VaelibNumerics

/// What a vaelib_stack stands for.
final class StackHandle: HandleObject {
  static let kind = HandleKind.stack

  let stack: StackedAutoencoder
  let gate = AccessGate()
  /// The layers as the header describes them, for as long as the handle's object lives.
  nonisolated(unsafe) let layerStructs: UnsafePointer<vaelib_layer_config>

  /// The names of the classes as the header gives them out; changed inside the exclusive gate only.
  nonisolated(unsafe) private(set) var classNames: CStrings

  init(_ stack: StackedAutoencoder) {
    self.stack = stack
    classNames = CStrings(stack.classNames?.names ?? [])
    let layers = stack.configuration.layers.map(\.cStruct)
    let memory = UnsafeMutablePointer<vaelib_layer_config>.allocate(capacity: layers.count)
    memory.initialize(from: layers, count: layers.count)
    layerStructs = UnsafePointer(memory)
  }

  deinit { layerStructs.deallocate() }

  /// Runs a change of the stack, in which its classes may get other names.
  func change(_ body: (StackedAutoencoder) throws -> Void) throws {
    try gate.exclusive {
      let before = stack.classNames
      defer { if stack.classNames != before { classNames = CStrings(stack.classNames?.names ?? []) } }
      try body(stack)
    }
  }

  static func from(_ handle: OpaquePointer?) throws -> StackHandle {
    try HandleTable.shared.object(handle, as: StackHandle.self)
  }
}

/// Runs a query: resolves the stack, shares it with other queries, listens to vaelib_stack_cancel.
func stackQuery(
  _ handle: OpaquePointer?, _ name: String = #function,
  _ body: (StackedAutoencoder, RunControl) throws -> Void
) -> vaelib_status {
  let control = runControl(handle, nil, nil)
  return computation(name) {
    let stack = try StackHandle.from(handle)
    try stack.gate.shared { try body(stack.stack, control) }
  }
}

/// Listens to vaelib_stack_cancel, and passes progress to the host's callback. To be called before the numeric
/// environment is entered.
func stackRunControl(
  _ handle: OpaquePointer?, _ callback: vaelib_stack_progress_fn?, _ userData: UnsafeMutableRawPointer?
) -> RunControl {
  let host = HostEnvironment()
  let report = callback.map { callback in
    { (progress: Progress) -> Bool in
      var progress = vaelib_stack_progress(progress)
      return host.run { callback(&progress, userData) == 0 }
    }
  }
  return RunControl(isCancelled: runControl(handle, nil, nil).isCancelled, report: report)
}

extension vaelib_stack_progress {
  init(_ progress: Progress) {
    self.init()
    struct_size = MemoryLayout<vaelib_stack_progress>.size
    kind = progress.kind.cValue
    epochs = progress.epochs
    examples = progress.examples
    examples_per_epoch = progress.examplesPerEpoch
    record = vaelib_stack_record(progress.training, validation: progress.validation)
    record.struct_size = MemoryLayout<vaelib_stack_record>.size
  }
}

extension vaelib_stack_record {
  init(_ training: MetricValues, validation: MetricValues) {
    self.init()
    phase = vaelib_phase(rawValue: UInt32(training.count(.phase)))
    layer = training.count(.layer)
    epoch = training.count(.epoch)
    loss = training[.loss]
    validation_loss = validation[.loss]
    error = training[.error]
    validation_error = validation[.error]
    learning_rate = training[.learningRate]
    seconds = training[.seconds]
  }
}

extension Phase.Kind {
  /// A phase of a stack.
  init(_ phase: vaelib_phase) throws {
    guard let known = Phase.Kind(rawValue: Int(phase.rawValue)), StackedAutoencoder.phases.contains(known)
    else {
      throw BoundaryError.argument(
        "phase is \(phase.rawValue); use VAELIB_PRETRAINING, VAELIB_SUPERVISED or VAELIB_UNSUPERVISED")
    }
    self = known
  }
}
