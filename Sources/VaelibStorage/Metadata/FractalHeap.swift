/// A heap of links, attributes or messages (section III.G): blocks that double in size row by row, in a table of tables.
struct FractalHeap {
  /// Bytes by which a link in a heap is known.
  static let identifierBytes = 7

  private unowned let file: MetadataFile
  private let identifierBytes: Int
  private let heapAddress: Int
  private let pieces: GroupPieces?
  /// Where objects begin in the heap that are wanted, in order; nil if all are.
  private var wanted: [Int]?
  private var width = 0
  private var startBytes = 0
  private var greatestDirectBytes = 0
  private var offsetBytes = 0
  private var lengthBytes = 0
  private var hasChecksums = false
  /// Each direct block: where it begins in the heap, and its bytes.
  private var blocks: [(offset: Int, bytes: ArraySlice<UInt8>)] = []
  /// Bytes of all blocks that were not yet read as part of an object.
  private var unread = 0

  /// Objects that no block has room for: where they are, by their numbers.
  private var huge: [UInt64: (address: Int, byteCount: Int)] = [:]

  private static let subject = "a heap"
  private static let objectSubject = "what a heap holds"

  /// - Parameters:
  ///   - identifiers: those of the objects that will be read; without them, any may be.
  ///   - pieces: for a heap that is read more than once.
  init(
    _ file: MetadataFile, at address: Int, identifierBytes: Int = Self.identifierBytes,
    holding identifiers: [ArraySlice<UInt8>]? = nil, keptIn pieces: GroupPieces? = nil
  ) throws(StorageError) {
    self.file = file
    self.identifierBytes = identifierBytes
    self.pieces = pieces
    heapAddress = address
    let count = 22 + 12 * file.lengthBytes + 3 * file.addressBytes + 4
    var header = try cursor(at: address, count: count)
    try header.signature("FRHP")
    try header.require(try header.byte() == 0)
    try header.require(try header.integer(2) == identifierBytes)
    // Nothing in a heap is filtered by the programs that exist.
    try header.require(try header.integer(2) == 0)
    hasChecksums = try header.byte() & 0x02 != 0
    let greatestManaged = try header.integer(4)
    try header.skip(file.lengthBytes)
    let hugeTree = try header.address()
    try header.skip(file.lengthBytes + file.addressBytes + 8 * file.lengthBytes)
    width = try header.integer(2)
    startBytes = try header.length()
    greatestDirectBytes = try header.length()
    let addressBits = try header.integer(2)
    try header.skip(2)
    let root = try header.address()
    let rows = try header.integer(2)
    try header.require(Self.isPower(width) && Self.isPower(startBytes) && Self.isPower(greatestDirectBytes))
    try header.require(width <= 1 << 10 && startBytes >= 64 && startBytes <= greatestDirectBytes)
    try header.require(
      greatestDirectBytes <= 1 << 24 && greatestManaged <= greatestDirectBytes && greatestManaged > 0)
    try header.require((Self.log2(greatestDirectBytes) + 1...48).contains(addressBits))
    offsetBytes = (addressBits + 7) / 8
    lengthBytes = min((Self.log2(greatestDirectBytes) + 7) / 8, Self.log2(greatestManaged) / 8 + 1)
    try header.require(1 + offsetBytes + lengthBytes <= identifierBytes)
    try header.require(rows <= addressBits - Self.log2(startBytes) - Self.log2(width) + 1)
    if let identifiers {
      var offsets: [Int] = []
      for identifier in identifiers {
        var cursor = MetadataCursor(file, identifier, Self.subject)
        if try cursor.byte() >> 4 == 0 { offsets.append(try cursor.integer(offsetBytes)) }
      }
      wanted = offsets.sorted()
    }
    if let hugeTree { try readHuge(hugeTree) }
    guard let root else { return }
    if rows == 0 {
      try addBlock(at: root, offset: 0, byteCount: startBytes)
    } else {
      try readTable(at: root, offset: 0, rows: rows)
    }
  }

  /// Objects with places of their own in the file. Their number follows address and length where that does not fit an
  /// identifier.
  private mutating func readHuge(_ tree: Int) throws(StorageError) {
    let recordBytes = file.addressBytes + 2 * file.lengthBytes
    for record in try Tree2(file, at: tree, type: 1, recordBytes: recordBytes, keptIn: pieces).records() {
      var cursor = MetadataCursor(file, record, Self.subject)
      let place = (try cursor.place(), try cursor.length())
      huge[try cursor.word(file.lengthBytes)] = place
    }
  }

  /// The object behind an identifier, to be read. Objects lie apart from each other, and each is read once.
  mutating func object(_ identifier: ArraySlice<UInt8>) throws(StorageError) -> MetadataCursor {
    var cursor = MetadataCursor(file, identifier.prefix(identifierBytes), Self.subject)
    let start = try cursor.byte()
    switch start >> 4 {
    case 0: return try object(at: &cursor)
    case 1:
      let number = try cursor.word(min(cursor.bytes.count, file.lengthBytes))
      guard let place = huge.removeValue(forKey: number) else { throw cursor.damage }
      return try file.cursor(
        at: place.address, count: place.byteCount, Self.objectSubject, keptIn: pieces)
    case 2: return MetadataCursor(file, try cursor.take(start & 0x0F + 1), Self.objectSubject)
    default: throw cursor.damage
    }
  }

  /// An object in a block.
  private mutating func object(at cursor: inout MetadataCursor) throws(StorageError) -> MetadataCursor {
    let offset = try cursor.integer(offsetBytes)
    let length = try cursor.integer(lengthBytes)
    guard let block = block(of: offset), length > 0, length <= unread else { throw cursor.damage }
    unread -= length
    var bytes = MetadataCursor(file, block.bytes, Self.subject)
    try bytes.require(offset - block.offset >= blockOverhead)
    try bytes.skip(offset - block.offset)
    return MetadataCursor(file, try bytes.take(length), Self.objectSubject)
  }

  /// The last block that begins at `offset` or before.
  private func block(of offset: Int) -> (offset: Int, bytes: ArraySlice<UInt8>)? {
    var (low, high) = (0, blocks.count)
    while low < high {
      let middle = (low + high) / 2
      if blocks[middle].offset <= offset { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? blocks[low - 1] : nil
  }

  /// Signature, version, the heap's address, the block's offset, perhaps a checksum.
  private var blockOverhead: Int { 5 + file.addressBytes + offsetBytes + (hasChecksums ? 4 : 0) }

  private mutating func addBlock(at address: Int, offset: Int, byteCount: Int) throws(StorageError) {
    guard isWanted(offset..<offset + byteCount) else { return }
    let block = try cursor(at: address, count: byteCount)
    _ = try readStart("FHDB", block, offset)
    blocks.append((offset, block.bytes))
    unread += byteCount
  }

  private func cursor(at address: Int, count: Int) throws(StorageError) -> MetadataCursor {
    try file.cursor(at: address, count: count, Self.subject, keptIn: pieces)
  }

  /// Whether an object that is wanted begins in these bytes of the heap.
  private func isWanted(_ range: Range<Int>) -> Bool {
    guard let wanted else { return true }
    var (low, high) = (0, wanted.count)
    while low < high {
      let middle = (low + high) / 2
      if wanted[middle] < range.lowerBound { low = middle + 1 } else { high = middle }
    }
    return low < wanted.count && wanted[low] < range.upperBound
  }

  private func readStart(
    _ signature: String, _ cursor: MetadataCursor, _ offset: Int
  ) throws(StorageError) -> MetadataCursor {
    var cursor = cursor
    try cursor.signature(signature)
    try cursor.require(try cursor.byte() == 0)
    try cursor.require(try cursor.place() == heapAddress)
    try cursor.require(try cursor.integer(offsetBytes) == offset)
    return cursor
  }

  /// A table of blocks, and below these of further tables.
  private mutating func readTable(at address: Int, offset: Int, rows: Int) throws(StorageError) {
    let entries = rows * width
    let byteCount = 5 + file.addressBytes + offsetBytes + entries * file.addressBytes + 4
    let table = try cursor(at: address, count: byteCount)
    var cursor = try readStart("FHIB", table, offset)
    var offset = offset
    for entry in 0..<entries {
      let row = entry / width
      let blockBytes = startBytes << max(row - 1, 0)
      if let child = try cursor.address() {
        if blockBytes <= greatestDirectBytes {
          try addBlock(at: child, offset: offset, byteCount: blockBytes)
        } else {
          let below = Self.log2(blockBytes) - Self.log2(startBytes * width) + 1
          try cursor.require(below > 0 && below < rows)
          if isWanted(offset..<offset + blockBytes) { try readTable(at: child, offset: offset, rows: below) }
        }
      }
      offset += blockBytes
    }
  }

  private static func isPower(_ number: Int) -> Bool { number > 0 && number & (number - 1) == 0 }
  private static func log2(_ number: Int) -> Int { Int.bitWidth - 1 - number.leadingZeroBitCount }
}
