import VaelibNumerics

/// Computes every value of this floor that Swift would compute at its first use; see `prepareNumerics`.
public func prepareStorage() {
  prepare(stateFields)
  prepare(dataFields)
  prepare(UserBlock.title)
  prepare(HDF5.lock)
  prepare(HDF5.waitsInFork)
}
