/// What reads the elements of a dataset: from its own chunks, or from those of other datasets. All methods may be called
/// from any thread.
protocol ElementReader: AnyObject, Sendable {
  /// The file that the dataset is in.
  var file: ReadableFile { get }
  /// Bytes of one element as the dataset's type says.
  var elementBytes: Int { get }

  /// Reads a range of each axis, none of which is empty.
  func read(_ box: [Range<Int>], _ arrangement: Arrangement) throws(StorageError)

  /// Reads all, for what goes wrong with that; calls `stepDone` after some mebibytes.
  func readThrough(_ stepDone: () -> Void) throws(StorageError)
}
