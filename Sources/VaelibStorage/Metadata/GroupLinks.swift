/// What a name in a group leads to.
struct MetadataLink {
  let name: String
  let kind: HDF5.LinkKind
  /// The object header of a hard link's target.
  let address: Int?
}

/// The links of a group, in whichever of three ways they are stored.
enum GroupLinks {
  /// Whether an object is a group.
  static func isGroup(_ header: ObjectHeader) -> Bool {
    header.messages.contains { [.symbolTable, .linkInfo, .link].contains($0.kind) }
  }

  static func read(_ header: ObjectHeader, _ file: MetadataFile) throws(StorageError) -> [MetadataLink] {
    if let table = header.first(.symbolTable) {
      var cursor = table.cursor
      return try SymbolTable(file, tree: try cursor.place(), heap: try cursor.place()).links
    }
    var links: [MetadataLink] = []
    for message in header.messages where message.kind == .link {
      links.append(try link(message.cursor))
    }
    if let info = header.first(.linkInfo) { links += try dense(info.cursor, file) }
    return links
  }

  /// Many links stand in a heap, found through trees by name and, where that is kept, by age.
  private static func dense(_ info: MetadataCursor, _ file: MetadataFile) throws(StorageError)
    -> [MetadataLink]
  {
    var info = info
    try info.require(try info.byte() == 0)
    let flags = try info.byte()
    if flags & 0x01 != 0 { try info.skip(8) }
    let (heap, names) = (try info.address(), try info.address())
    let ages = flags & 0x02 != 0 ? try info.address() : nil
    guard let heap else { return [] }
    guard let names else { throw info.damage }
    let objects = try FractalHeap(file, at: heap)
    var links: [MetadataLink] = []
    // A record is a hash of the name and where the link is in the heap.
    for record in try Tree2(file, at: names, type: 5, recordBytes: 4 + FractalHeap.identifierBytes).records {
      links.append(try link(try objects.object(record.dropFirst(4))))
    }
    if let ages {
      let records = try Tree2(file, at: ages, type: 6, recordBytes: 8 + FractalHeap.identifierBytes).records
      guard records.count == links.count else { throw info.damage }
      for record in records { _ = try link(try objects.object(record.dropFirst(8))) }
    }
    return links
  }

  /// A link message (section IV.A.2.g).
  private static func link(_ cursor: MetadataCursor) throws(StorageError) -> MetadataLink {
    var cursor = cursor
    try cursor.require(try cursor.byte() == 1)
    let flags = try cursor.byte()
    let kind = flags & 0x08 != 0 ? try cursor.byte() : 0
    try cursor.require(kind <= 1 || kind >= 64)
    if flags & 0x04 != 0 { try cursor.skip(8) }
    if flags & 0x10 != 0 { try cursor.require(try cursor.byte() <= 1) }
    let nameBytes = try cursor.integer(1 << (flags & 0x03))
    try cursor.require(nameBytes > 0)
    let bytes = try cursor.take(nameBytes)
    try cursor.require(!bytes.contains(0))
    let name = String(decoding: bytes, as: UTF8.self)
    if kind == 0 { return MetadataLink(name: name, kind: .hard, address: try cursor.place()) }
    let valueBytes = try cursor.integer(2)
    try cursor.require(valueBytes > 0)
    try cursor.skip(valueBytes)
    return MetadataLink(name: name, kind: kind == 1 ? .soft : .external, address: nil)
  }
}
