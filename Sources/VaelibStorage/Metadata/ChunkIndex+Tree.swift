/// The older tree of chunks (section III.A.1).
extension ChunkIndex {
  mutating func readTree(at address: Int) throws(StorageError) {
    try readNode(at: address, level: nil)
  }

  /// A key is a chunk's size, the filters left out and where it begins along each axis.
  private mutating func readNode(
    at address: Int, level expected: Int?
  ) throws(StorageError) {
    let keyBytes = 8 + 8 * (grid.counts.count + 1)
    let start = 8 + 2 * file.addressBytes
    let byteCount = start + file.chunkNodeEntries * (keyBytes + file.addressBytes) + keyBytes
    var cursor = try file.cursor(at: address, count: byteCount, Self.subject)
    try cursor.signature("TREE")
    try cursor.require(try cursor.byte() == 1)
    let level = try cursor.byte()
    try cursor.require(level == expected ?? level)
    let entries = try cursor.integer(2)
    try cursor.require(entries <= file.chunkNodeEntries)
    try cursor.skip(2 * file.addressBytes)
    for _ in 0..<entries {
      let storedBytes = try cursor.integer(4)
      let skippedFilters = UInt32(truncatingIfNeeded: try cursor.word(4))
      var place: [Int] = []
      for length in grid.chunkShape {
        let first = try cursor.integer(8)
        try cursor.require(first % length == 0)
        place.append(first / length)
      }
      try cursor.skip(8)
      let child = try cursor.place()
      if level > 0 {
        try readNode(at: child, level: level - 1)
      } else {
        try add(at: place, address: child, byteCount: storedBytes, skippedFilters: skippedFilters)
      }
    }
  }
}
