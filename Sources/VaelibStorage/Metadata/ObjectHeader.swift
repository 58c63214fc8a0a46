/// The messages that describe a group or a dataset (specification, section IV.A).
struct ObjectHeader {
  /// The kinds of messages that matter here.
  enum Kind: Int {
    case dataspace = 0x01
    case linkInfo = 0x02
    case datatype = 0x03
    case oldFillValue = 0x04
    case fillValue = 0x05
    case link = 0x06
    case externalFiles = 0x07
    case layout = 0x08
    case filters = 0x0B
    case attribute = 0x0C
    case sharedMessages = 0x0F
    case continuation = 0x10
    case symbolTable = 0x11
    case treeSizes = 0x13
    case driver = 0x14
    case cacheImage = 0x18
  }

  struct Message {
    let kind: Kind
    /// The content is not here but in the object header or heap that `cursor` leads to.
    let isShared: Bool
    let cursor: MetadataCursor
  }

  /// A block of messages.
  private struct Block: Hashable {
    let address: Int
    let byteCount: Int
  }

  private(set) var messages: [Message] = []
  private let file: MetadataFile
  private var isOld = false
  /// Newer headers: whether messages carry the order in which they were made.
  private var hasOrder = false
  private var pending: [Block] = []
  private var seen: Set<Int> = []

  init(_ file: MetadataFile, at address: Int) throws(StorageError) {
    self.file = file
    let start = try file.cursor(at: address, count: min(16, file.byteCount - address), Self.subject)
    isOld = !start.bytes.starts(with: "OHDR".utf8)
    seen = [address]
    if isOld {
      try readOldStart(start, address)
    } else {
      try readStart(address)
    }
    while let block = pending.popLast() {
      guard seen.insert(block.address).inserted else { throw file.damaged("\(Self.subject) goes in circles") }
      try readBlock(block)
    }
  }

  private static let subject = "an object's header"

  /// The first message of a kind; nil if there is none.
  func first(_ kind: Kind) -> Message? {
    messages.first { $0.kind == kind }
  }

  /// Version 1: sixteen bytes, then messages.
  private mutating func readOldStart(_ start: MetadataCursor, _ address: Int) throws(StorageError) {
    var start = start
    guard try start.byte() == 1 else { throw start.damage }
    try start.skip(7)
    let byteCount = try start.integer(4)
    try readOldMessages(try file.cursor(at: address + 16, count: byteCount, Self.subject))
  }

  /// Version 2: a start whose size depends on its flags, then messages and a checksum.
  private mutating func readStart(_ address: Int) throws(StorageError) {
    var start = try file.cursor(at: address, count: min(34, file.byteCount - address), Self.subject)
    let available = start.bytes.count
    try start.signature("OHDR")
    let version = try start.byte()
    guard version == 2 else { throw start.damage }
    let flags = try start.byte()
    hasOrder = flags & 0x04 != 0
    try start.skip((flags & 0x20 != 0 ? 16 : 0) + (flags & 0x10 != 0 ? 4 : 0))
    let byteCount = try start.integer(1 << (flags & 0x03))
    let offset = available - start.bytes.count
    try start.require(byteCount <= file.byteCount - address - offset - 4)
    try readMessages(try file.cursor(at: address + offset, count: byteCount, Self.subject))
    _ = try file.cursor(at: address + offset + byteCount, count: 4, Self.subject)
  }

  private mutating func readBlock(_ block: Block) throws(StorageError) {
    var cursor = try file.cursor(at: block.address, count: block.byteCount, Self.subject)
    guard !isOld else { return try readOldMessages(cursor) }
    try cursor.signature("OCHK")
    let content = try cursor.take(cursor.bytes.count - 4)
    try readMessages(MetadataCursor(file, content, Self.subject))
  }

  private mutating func readOldMessages(_ cursor: MetadataCursor) throws(StorageError) {
    var cursor = cursor
    while cursor.bytes.count >= 8 {
      let kind = try cursor.integer(2)
      let byteCount = try cursor.integer(2)
      let flags = try cursor.byte()
      try cursor.skip(3)
      try add(kind, flags, try cursor.take(byteCount))
    }
  }

  private mutating func readMessages(_ cursor: MetadataCursor) throws(StorageError) {
    var cursor = cursor
    // What is left over is a gap too small for a message.
    while cursor.bytes.count >= (hasOrder ? 6 : 4) {
      let kind = try cursor.byte()
      let byteCount = try cursor.integer(2)
      let flags = try cursor.byte()
      if hasOrder { try cursor.skip(2) }
      try add(kind, flags, try cursor.take(byteCount))
    }
  }

  private mutating func add(_ kind: Int, _ flags: Int, _ content: ArraySlice<UInt8>) throws(StorageError) {
    guard let kind = Kind(rawValue: kind) else { return }
    var cursor = MetadataCursor(file, content, Self.subject)
    if kind == .continuation {
      pending.append(Block(address: try cursor.place(), byteCount: try cursor.length()))
    } else {
      messages.append(Message(kind: kind, isShared: flags & 0x02 != 0, cursor: cursor))
    }
  }
}
