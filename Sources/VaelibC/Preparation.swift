import Synchronization
import VaelibModels
import VaelibNetworks
import VaelibNumerics
import VaelibStorage

/// Computes every value of the library that Swift would compute at its first use; see `prepareNumerics`.
enum Preparation {
  private static let isDone = Atomic<Bool>(false)

  /// Called first by whatever a host can call.
  @inline(__always)
  static func run() {
    if !isDone.load(ordering: .acquiring) { prepareEverything() }
  }

  @inline(never)
  private static func prepareEverything() {
    prepareNumerics()
    prepareModels()
    prepareStorage()
    prepare(HandleTable.shared)
    prepare(ThreadMessages.key)
    prepare(Constants.lock)
    prepare(Constants.strings)
    prepare(Constants.widths)
    prepare(parameterTexts)
    prepare(vaeFields)
    prepare(trainingFields)
    prepare(stackFields)
    prepare(layerFields)
    prepare(columnGroupFields)
    prepare(evaluationFields)
    prepare(imputationFields)
    Profiling.begin()
    isDone.store(true, ordering: .releasing)
    useErrors()
  }

  /// Goes the way that every kind of error goes once. Swift's runtime looks up what it needs for that by names, in
  /// strings of C++, for which there may be no memory when an error tells of that.
  private static func useErrors() {
    let errors: [any Error] = [
      BoundaryError.tooManyHandles, ModelError.cancelled, NumericsError.outOfMemory(bytes: 1),
      StorageError.memory(path: "", byteCount: 1), NetworkError.tooLarge(tensor: "", rows: 1, columns: 1),
    ]
    for error in errors {
      _ = entryPoint { throw error }
    }
    ThreadMessages.setError(nil)
  }
}
