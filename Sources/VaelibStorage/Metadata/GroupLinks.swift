/// The links of a group, in whichever of three ways they are stored.
struct GroupLinks {
  private let header: ObjectHeader
  private let file: MetadataFile
  private let pieces: GroupPieces

  /// For `MetadataFile`, which has the pieces of each group.
  init(_ header: ObjectHeader, _ file: MetadataFile, _ pieces: GroupPieces) {
    (self.header, self.file, self.pieces) = (header, file, pieces)
  }

  /// Whether an object is a group.
  static func isGroup(_ header: ObjectHeader) -> Bool {
    header.hasAny(.symbolTable, .linkInfo, .link)
  }

  /// All links, in the order of their names.
  func all() throws(StorageError) -> [MetadataLink] {
    var links: [MetadataLink]
    if var table = try symbolTable() {
      links = try table.links()
    } else {
      links = try compact() + (try dense()?.links() ?? [])
    }
    links.sort { $0.name.precedes($1.name) }
    return links
  }

  /// The link of this name among all, in the order of their names; nil if there is none.
  static func find(_ name: ArraySlice<UInt8>, in links: [MetadataLink]) -> MetadataLink? {
    var (low, high) = (0, links.count)
    while low < high {
      let middle = (low + high) / 2
      if links[middle].name.precedes(name) { low = middle + 1 } else { high = middle }
    }
    return low < links.count && links[low].name == name ? links[low] : nil
  }

  /// The link of this name; nil if there is none. Of a large group, little is read.
  func first(_ name: ArraySlice<UInt8>) throws(StorageError) -> MetadataLink? {
    if var table = try symbolTable() { return try table.link(name) }
    if let link = try compact().first(where: { $0.name == name }) { return link }
    return try dense()?.link(name)
  }

  private func symbolTable() throws(StorageError) -> SymbolTable? {
    guard let table = header.first(.symbolTable) else { return nil }
    var cursor = table.cursor
    return try SymbolTable(file, tree: try cursor.place(), heap: try cursor.place(), keptIn: pieces)
  }

  /// A few links stand in the group's header.
  private func compact() throws(StorageError) -> [MetadataLink] {
    var links: [MetadataLink] = []
    for message in header.messages where message.kind == .link {
      links.append(try MetadataLink(message.cursor))
    }
    return links
  }

  /// Many links stand in a heap, found through a tree by name. Another tree, by age, may lead to the same links.
  private func dense() throws(StorageError) -> DenseLinks? {
    guard let message = header.first(.linkInfo) else { return nil }
    var info = message.cursor
    try info.require(try info.byte() == 0)
    let flags = try info.byte()
    if flags & 0x01 != 0 { try info.skip(8) }
    let (heap, names) = (try info.address(), try info.address())
    guard let heap else { return nil }
    guard let names else { throw info.damage }
    return DenseLinks(file: file, heap: heap, names: names, pieces: pieces)
  }
}

/// The links of a large group of the newer kind.
private struct DenseLinks {
  let file: MetadataFile
  /// Where the heap is that holds the links, and the tree of their names.
  let heap: Int
  let names: Int
  let pieces: GroupPieces

  /// A record is a hash of the name and where the link is in the heap.
  private static let type = 5
  private static let recordBytes = 4 + FractalHeap.identifierBytes

  func links() throws(StorageError) -> [MetadataLink] {
    let tree = try Tree2(file, at: names, type: Self.type, recordBytes: Self.recordBytes, keptIn: pieces)
    return try links(try tree.records())
  }

  func link(_ name: ArraySlice<UInt8>) throws(StorageError) -> MetadataLink? {
    let hash = NameHash.hash(name)
    let tree = try Tree2(file, at: names, type: Self.type, recordBytes: Self.recordBytes, keptIn: pieces)
    // Names of one hash stand side by side.
    let records = try tree.records { record in
      let found = record.prefix(4).reversed().reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
      return found < hash ? .before : found == hash ? .equal : .behind
    }
    return try links(records).first { $0.name == name }
  }

  private func links(_ records: [ArraySlice<UInt8>]) throws(StorageError) -> [MetadataLink] {
    let places = records.map { $0.dropFirst(4) }
    var objects = try FractalHeap(file, at: heap, holding: places, keptIn: pieces)
    var links: [MetadataLink] = []
    links.reserveCapacity(places.count)
    for place in places { links.append(try MetadataLink(try objects.object(place))) }
    return links
  }
}
