import CKernels

/// Computes every value of this floor that Swift would compute at its first use.
///
/// Swift guards such a value by a lock that knows the threads by their numbers, and takes the number that the thread
/// which called fork() had in the parent for its number in the child. If that thread and another one of the child come
/// to a value together, both wait for ever. So all values are computed before the first call of the library does
/// anything; `scripts/check-preparation.sh` finds those that are missing here.
public func prepareNumerics() {
  prepare(kernels)
  prepare(WorkerPool.shared)
  prepare(ProductScratch.shared)
  prepare(WatchedValues.lock)
  prepare(WatchedValues.waitsInFork)
  prepare(InverseNormal.central)
  prepare(InverseNormal.middle)
  prepare(InverseNormal.tail)
}

/// Has its argument computed, which the compiler would leave out if nothing used it.
@inline(never)
public func prepare<Value: ~Copyable>(_ value: borrowing Value) {
  withUnsafePointer(to: value) { vaelib_use($0) }
}
