/// A heap of links (section III.G): blocks that double in size row by row, in a table of tables.
struct FractalHeap {
  /// Bytes by which a link in a heap is known.
  static let identifierBytes = 7

  private let file: MetadataFile
  private let heapAddress: Int
  private var width = 0
  private var startBytes = 0
  private var greatestDirectBytes = 0
  private var offsetBytes = 0
  private var lengthBytes = 0
  private var hasChecksums = false
  /// Each direct block: where it begins in the heap, where in the file, how long it is.
  private var blocks: [(offset: Int, address: Int, byteCount: Int)] = []
  private var seen: Set<Int> = []

  private static let subject = "a heap of links"

  init(_ file: MetadataFile, at address: Int) throws(StorageError) {
    self.file = file
    heapAddress = address
    let count = 22 + 12 * file.lengthBytes + 3 * file.addressBytes + 4
    var header = try file.cursor(at: address, count: count, Self.subject)
    try header.signature("FRHP")
    try header.require(try header.byte() == 0)
    try header.require(try header.integer(2) == Self.identifierBytes)
    // Links are never filtered by the programs that exist.
    try header.require(try header.integer(2) == 0)
    hasChecksums = try header.byte() & 0x02 != 0
    let greatestManaged = try header.integer(4)
    try header.skip(file.lengthBytes)
    try header.require(try header.address() == nil)
    try header.skip(file.lengthBytes)
    _ = try header.address()
    try header.skip(4 * file.lengthBytes)
    // Objects that are too large or small for blocks: links are neither.
    try header.require(try header.word(file.lengthBytes) == 0)
    try header.require(try header.word(file.lengthBytes) == 0)
    try header.require(try header.word(file.lengthBytes) == 0)
    try header.require(try header.word(file.lengthBytes) == 0)
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
    try header.require(1 + offsetBytes + lengthBytes <= Self.identifierBytes)
    try header.require(rows <= addressBits - Self.log2(startBytes) - Self.log2(width) + 1)
    guard let root else { return }
    if rows == 0 {
      try addBlock(at: root, offset: 0, byteCount: startBytes)
    } else {
      try readTable(at: root, offset: 0, rows: rows)
    }
  }

  /// The link behind an identifier, to be read.
  func object(_ identifier: ArraySlice<UInt8>) throws(StorageError) -> MetadataCursor {
    var cursor = MetadataCursor(file, identifier, Self.subject)
    // Version 0, and an object in a block.
    try cursor.require(try cursor.byte() & 0xF0 == 0)
    let offset = try cursor.integer(offsetBytes)
    let length = try cursor.integer(lengthBytes)
    guard let block = blocks.last(where: { $0.offset <= offset }), length > 0,
      offset - block.offset >= blockOverhead, length <= block.byteCount - (offset - block.offset)
    else { throw cursor.damage }
    return try file.cursor(at: block.address + offset - block.offset, count: length, "a link")
  }

  /// Signature, version, the heap's address, the block's offset, perhaps a checksum.
  private var blockOverhead: Int { 5 + file.addressBytes + offsetBytes + (hasChecksums ? 4 : 0) }

  private mutating func addBlock(at address: Int, offset: Int, byteCount: Int) throws(StorageError) {
    try readStart("FHDB", try file.cursor(at: address, count: byteCount, Self.subject), address, offset)
    blocks.append((offset, address, byteCount))
  }

  @discardableResult
  private mutating func readStart(
    _ signature: String, _ cursor: MetadataCursor, _ address: Int, _ offset: Int
  ) throws(StorageError) -> MetadataCursor {
    guard seen.insert(address).inserted else { throw file.damaged("\(Self.subject) goes in circles") }
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
    let table = try file.cursor(at: address, count: byteCount, Self.subject)
    var cursor = try readStart("FHIB", table, address, offset)
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
          try readTable(at: child, offset: offset, rows: below)
        }
      }
      offset += blockBytes
    }
  }

  private static func isPower(_ number: Int) -> Bool { number > 0 && number & (number - 1) == 0 }
  private static func log2(_ number: Int) -> Int { Int.bitWidth - 1 - number.leadingZeroBitCount }
}
