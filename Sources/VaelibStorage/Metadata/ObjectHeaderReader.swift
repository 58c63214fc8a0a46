/// Reads an object header, in one of its two forms: blocks of messages.
struct ObjectHeaderReader {
  struct Message {
    let kind: ObjectHeader.Kind
    let isShared: Bool
    let content: ArraySlice<UInt8>
  }

  /// A block of messages.
  private struct Block {
    let address: Int
    let byteCount: Int
  }

  static let subject = "an object's header"
  /// Bytes that a message of a kind of which a header has many takes at least.
  private static let leastBytes = 6

  private(set) var messages: [Message] = []
  private let address: Int
  private let file: MetadataFile
  private var kinds: Set<ObjectHeader.Kind> = []
  private var isOld = false
  /// Newer headers: whether messages carry the order in which they were made.
  private var hasOrder = false
  private var pending: [Block] = []

  init(_ file: MetadataFile, at address: Int) throws(StorageError) {
    self.file = file
    self.address = address
    let start = try file.peek(at: address, count: min(34, file.byteCount - address), Self.subject)
    isOld = !start.bytes.starts(with: "OHDR".utf8)
    if isOld {
      try readOldStart(start)
    } else {
      try readStart(start)
    }
    // In the order in which libhdf5 reads them: of some kinds the first message counts.
    var next = 0
    while next < pending.count {
      try readBlock(pending[next])
      next += 1
    }
  }

  /// Version 1: sixteen bytes, then messages.
  private mutating func readOldStart(_ start: MetadataCursor) throws(StorageError) {
    var start = start
    guard try start.byte() == 1 else { throw start.damage }
    try start.skip(7)
    let byteCount = try start.integer(4)
    try start.require(byteCount <= file.byteCount - address - 16)
    var cursor = try file.cursor(at: address, count: 16 + byteCount, Self.subject)
    try cursor.skip(16)
    try readOldMessages(cursor)
  }

  /// Version 2: a start whose size depends on its flags, then messages and a checksum.
  private mutating func readStart(_ start: MetadataCursor) throws(StorageError) {
    var start = start
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
    var cursor = try file.cursor(at: address, count: offset + byteCount + 4, Self.subject)
    try cursor.skip(offset)
    try readMessages(MetadataCursor(file, try cursor.take(byteCount), Self.subject))
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
    guard let kind = ObjectHeader.Kind(rawValue: kind) else { return }
    var cursor = MetadataCursor(file, content, Self.subject)
    switch kind {
    case .continuation: pending.append(Block(address: try cursor.place(), byteCount: try cursor.length()))
    case .link, .attribute: try cursor.require(content.count >= Self.leastBytes)
    default: guard kinds.insert(kind).inserted else { return }
    }
    if kind != .continuation {
      messages.append(Message(kind: kind, isShared: flags & 0x02 != 0, content: content))
    }
  }
}
