/// An array of one entry for each chunk that the dataset may come to have, in pages if it is long (section VII.C).
extension ChunkIndex {
  mutating func readFixedArray(at address: Int, _ pageBits: Int) throws(StorageError) {
    var header = try file.cursor(at: address, count: 12 + file.lengthBytes + file.addressBytes, Self.subject)
    try header.signature("FAHD")
    try checkArrayStart(&header)
    try header.require(try header.byte() == pageBits && pageBits < 32)
    let entries = try header.length()
    guard let greatest = ChunkGrid(shape: greatestShape, chunkShape: grid.chunkShape),
      greatest.count == entries, let content = product([entries, entryBytes])
    else { throw header.damage }
    guard let block = try header.address() else { return }
    let pageEntries = 1 << pageBits
    let pages = entries > pageEntries ? (entries - 1) / pageEntries + 1 : 0
    let startBytes = 6 + file.addressBytes + (pages > 0 ? (pages + 7) / 8 : content) + 4
    var cursor = try file.cursor(at: block, count: startBytes, Self.subject)
    try checkBlockStart(&cursor, "FADB", of: address)
    guard pages > 0 else { return try readEntries(&cursor, 0..<entries, greatest) }
    let isPageUsed = try cursor.take((pages + 7) / 8)
    for page in 0..<pages where ChunkIndex.bit(page, of: isPageUsed) {
      let first = page * pageEntries
      let range = first..<min(first + pageEntries, entries)
      let place = block + startBytes + first * entryBytes + page * 4
      var cursor = try file.cursor(at: place, count: range.count * entryBytes + 4, Self.subject)
      try readEntries(&cursor, range, greatest)
    }
  }

  private mutating func readEntries(
    _ cursor: inout MetadataCursor, _ range: Range<Int>, _ greatest: ChunkGrid
  ) throws(StorageError) {
    for index in range { try add(try entry(&cursor), at: greatest.place(of: index)) }
  }

  /// What the headers of both kinds of arrays begin with.
  func checkArrayStart(_ header: inout MetadataCursor) throws(StorageError) {
    try header.require(try header.byte() == 0)
    try header.require(try header.byte() == (isFiltered ? 1 : 0))
    try header.require(try header.byte() == entryBytes)
  }

  /// What the blocks of the array whose header is at `header` begin with.
  func checkBlockStart(
    _ cursor: inout MetadataCursor, _ signature: String, of header: Int
  ) throws(StorageError) {
    try cursor.signature(signature)
    try cursor.require(try cursor.byte() == 0)
    try cursor.require(try cursor.byte() == (isFiltered ? 1 : 0))
    try cursor.require(try cursor.place() == header)
  }

  /// Bits are counted from the highest of the first byte on.
  static func bit(_ index: Int, of bytes: ArraySlice<UInt8>) -> Bool {
    bytes[bytes.startIndex + index / 8] & (0x80 >> (index % 8)) != 0
  }
}
