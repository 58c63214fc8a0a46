/// Columns of an example, and which of them it lacks, in whose places there are numbers that do not count.
struct ObservedExample {
  let values: UnsafePointer<Float>
  let missing: MissingColumns
}
