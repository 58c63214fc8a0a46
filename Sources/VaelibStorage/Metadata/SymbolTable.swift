/// The links of a group of the older kind: a tree of nodes whose names stand in a heap (sections III.A, III.B, III.D).
struct SymbolTable {
  private(set) var links: [MetadataLink] = []
  private let file: MetadataFile
  private let names: ArraySlice<UInt8>
  /// Bytes of the heap that names were found in so far. Each has a place of its own there.
  private var nameBytes = 0

  init(_ file: MetadataFile, tree: Int, heap: Int) throws(StorageError) {
    self.file = file
    names = try Self.heap(file, at: heap)
    try readNode(at: tree, level: nil)
  }

  /// The texts of a local heap, whose list of free places is checked too: libhdf5 follows it to its end.
  private static func heap(_ file: MetadataFile, at address: Int) throws(StorageError) -> ArraySlice<UInt8> {
    let subject = "a heap of names"
    var header = try file.cursor(at: address, count: 8 + 2 * file.lengthBytes + file.addressBytes, subject)
    try header.signature("HEAP")
    try header.require(try header.byte() == 0)
    try header.skip(3)
    let byteCount = try header.length()
    var free = try header.word(file.lengthBytes)
    let content = try file.cursor(at: try header.place(), count: byteCount, subject)
    var steps = 0
    // The list ends with 1; in old files also with all bits set.
    let end = file.lengthBytes == 8 ? UInt64.max : 1 << UInt64(8 * file.lengthBytes) - 1
    while free != 1, free != end {
      guard let offset = Int(exactly: free), offset < byteCount, steps <= byteCount / (2 * file.lengthBytes)
      else {
        throw header.damage
      }
      var place = MetadataCursor(file, content.bytes.dropFirst(offset), subject)
      free = try place.word(file.lengthBytes)
      let length = try place.length()
      try header.require(length <= byteCount - offset)
      steps += 1
    }
    return content.bytes
  }

  /// A node of the tree; children lie one level lower, and no node comes twice.
  private mutating func readNode(at address: Int, level expected: Int?) throws(StorageError) {
    let start = 8 + 2 * file.addressBytes
    let entryBytes = file.lengthBytes + file.addressBytes
    let byteCount = start + file.groupNodeEntries * entryBytes + file.lengthBytes
    var cursor = try file.cursor(at: address, count: byteCount, "a group's tree")
    try cursor.signature("TREE")
    try cursor.require(try cursor.byte() == 0)
    let level = try cursor.byte()
    try cursor.require(level == expected ?? level)
    let entries = try cursor.integer(2)
    try cursor.require(entries <= file.groupNodeEntries)
    _ = try cursor.address()
    _ = try cursor.address()
    for _ in 0..<entries {
      try cursor.require(try cursor.length() < names.count)
      let child = try cursor.place()
      if level > 0 {
        try readNode(at: child, level: level - 1)
      } else {
        try readSymbols(at: child)
      }
    }
  }

  private mutating func readSymbols(at address: Int) throws(StorageError) {
    let byteCount = 8 + file.symbolNodeEntries * (file.lengthBytes + file.addressBytes + 24)
    var cursor = try file.cursor(at: address, count: byteCount, "a table of names")
    try cursor.signature("SNOD")
    try cursor.require(try cursor.byte() == 1)
    try cursor.skip(1)
    let entries = try cursor.integer(2)
    try cursor.require(entries <= file.symbolNodeEntries)
    for _ in 0..<entries { links.append(try readSymbol(&cursor)) }
  }

  private mutating func readSymbol(_ cursor: inout MetadataCursor) throws(StorageError) -> MetadataLink {
    let name = try text(at: try cursor.integer(file.lengthBytes), cursor)
    let address = try cursor.word(file.addressBytes)
    // 0: nothing more; 1: where the tree and the names of a group are, which its header says too; 2: a soft link.
    let kind = try cursor.integer(4)
    try cursor.skip(4)
    let target = try cursor.integer(4)
    try cursor.skip(12)
    switch kind {
    case 0, 1: return MetadataLink(name: name, .object(address))
    case 2: return MetadataLink(name: name, .path(try text(at: target, cursor)))
    default: return MetadataLink(name: name, .foreign)
    }
  }

  /// The text that begins at `offset` of the heap.
  private mutating func text(
    at offset: Int, _ cursor: MetadataCursor
  ) throws(StorageError) -> ArraySlice<UInt8> {
    try cursor.require(offset < names.count)
    let rest = names.dropFirst(offset)
    guard let end = rest.firstIndex(of: 0) else { throw cursor.damage }
    nameBytes += end + 1 - rest.startIndex
    try cursor.require(nameBytes <= names.count)
    return rest[..<end]
  }
}
