import Synchronization
import VaelibModels
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
    prepare(evaluationFields)
    isDone.store(true, ordering: .releasing)
  }
}
