/// The links of a group of the older kind: a tree of nodes whose names stand in a heap (sections III.A, III.B, III.D).
struct SymbolTable {
  private let file: MetadataFile
  private let tree: Int
  private let pieces: GroupPieces
  private let names: ArraySlice<UInt8>
  /// The name that is looked for; nil if all are read.
  private var wanted: ArraySlice<UInt8>?
  private var found: [MetadataLink] = []
  /// Bytes of the heap that names of links were found in so far. Each has a place of its own there.
  private var nameBytes = 0

  init(
    _ file: MetadataFile, tree: Int, heap: Int, keptIn pieces: GroupPieces
  ) throws(StorageError) {
    self.file = file
    self.tree = tree
    self.pieces = pieces
    names = try Self.heap(file, at: heap, pieces)
  }

  /// All links.
  mutating func links() throws(StorageError) -> [MetadataLink] {
    try readNode(at: tree, level: nil)
    return found
  }

  /// The link of this name. Of each level of the tree, one node is read.
  mutating func link(_ name: ArraySlice<UInt8>) throws(StorageError) -> MetadataLink? {
    wanted = name
    try readNode(at: tree, level: nil)
    return found.first { $0.name == name }
  }

  /// The texts of a local heap, whose list of free places is checked too: libhdf5 follows it to its end.
  private static func heap(
    _ file: MetadataFile, at address: Int, _ pieces: GroupPieces
  ) throws(StorageError) -> ArraySlice<UInt8> {
    let subject = "a heap of names"
    var header = try file.cursor(
      at: address, count: 8 + 2 * file.lengthBytes + file.addressBytes, subject, keptIn: pieces)
    try header.signature("HEAP")
    try header.require(try header.byte() == 0)
    try header.skip(3)
    let byteCount = try header.length()
    var free = try header.word(file.lengthBytes)
    let content = try file.cursor(at: try header.place(), count: byteCount, subject, keptIn: pieces)
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
    var cursor = try file.cursor(at: address, count: byteCount, "a group's tree", keptIn: pieces)
    try cursor.signature("TREE")
    try cursor.require(try cursor.byte() == 0)
    let level = try cursor.byte()
    try cursor.require(level == expected ?? level)
    let entries = try cursor.integer(2)
    try cursor.require(entries <= file.groupNodeEntries)
    _ = try cursor.address()
    _ = try cursor.address()
    var (keys, children): ([Int], [Int]) = ([], [])
    for _ in 0..<entries {
      keys.append(try cursor.length())
      children.append(try cursor.place())
      try cursor.require(keys[keys.count - 1] < names.count)
    }
    keys.append(try cursor.length())
    for (place, child) in children.enumerated() {
      guard try mayHoldWanted(after: place == 0 ? nil : keys[place], upTo: keys[place + 1], cursor) else {
        continue
      }
      if level > 0 {
        try readNode(at: child, level: level - 1)
      } else {
        try readSymbols(at: child)
      }
    }
  }

  /// Whether the wanted name may be in a child, whose names are greater than one key, and not greater than the next.
  private func mayHoldWanted(
    after before: Int?, upTo last: Int, _ cursor: MetadataCursor
  ) throws(StorageError) -> Bool {
    guard let wanted else { return true }
    if let before, try !name(at: before, cursor).precedes(wanted) { return false }
    return try !name(at: last, cursor).precedes(wanted)
  }

  private mutating func readSymbols(at address: Int) throws(StorageError) {
    let byteCount = 8 + file.symbolNodeEntries * (file.lengthBytes + file.addressBytes + 24)
    var cursor = try file.cursor(at: address, count: byteCount, "a table of names", keptIn: pieces)
    try cursor.signature("SNOD")
    try cursor.require(try cursor.byte() == 1)
    try cursor.skip(1)
    let entries = try cursor.integer(2)
    try cursor.require(entries <= file.symbolNodeEntries)
    for _ in 0..<entries { found.append(try readSymbol(&cursor)) }
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

  /// The text that begins at `offset` of the heap, and belongs to one link.
  private mutating func text(
    at offset: Int, _ cursor: MetadataCursor
  ) throws(StorageError) -> ArraySlice<UInt8> {
    let text = try name(at: offset, cursor)
    nameBytes += text.count + 1
    try cursor.require(nameBytes <= names.count)
    return text
  }

  private func name(at offset: Int, _ cursor: MetadataCursor) throws(StorageError) -> ArraySlice<UInt8> {
    try cursor.require(offset < names.count)
    let rest = names.dropFirst(offset)
    guard let end = rest.firstIndex(of: 0) else { throw cursor.damage }
    return rest[..<end]
  }
}
