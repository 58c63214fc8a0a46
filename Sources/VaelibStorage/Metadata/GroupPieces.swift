/// The pieces of structure of one group, kept since names may be looked up in it one after another.
final class GroupPieces {
  private var pieces: [Int: ArraySlice<UInt8>] = [:]
  /// Where the pieces are that the present reading has had: none leads to another twice.
  private var seen: Set<Int> = []

  /// Begins a reading: a list of all links, or the search for one.
  func begin() { seen = [] }

  /// As `MetadataFile.cursor`, which refuses pieces of other groups.
  func cursor(
    at address: Int, count: Int, _ subject: String, _ file: MetadataFile
  ) throws(StorageError) -> MetadataCursor {
    guard let known = pieces[address], known.count == count, seen.insert(address).inserted else {
      let cursor = try file.cursor(at: address, count: count, subject)
      pieces[address] = cursor.bytes
      seen.insert(address)
      return cursor
    }
    return MetadataCursor(file, known, subject)
  }
}
