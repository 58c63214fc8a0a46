/// The links of a group, in whichever of three ways they are stored.
final class GroupLinks {
  /// In the order of their names.
  let links: [MetadataLink]

  /// For `MetadataFile.links(of:)`, which reads each group once.
  init(_ header: ObjectHeader, _ file: MetadataFile) throws(StorageError) {
    var links = try Self.read(header, file)
    links.sort { $0.name.precedes($1.name) }
    self.links = links
  }

  /// Whether an object is a group.
  static func isGroup(_ header: ObjectHeader) -> Bool {
    header.hasAny(.symbolTable, .linkInfo, .link)
  }

  /// The link of this name; nil if there is none.
  func first(_ name: ArraySlice<UInt8>) -> MetadataLink? {
    var (low, high) = (0, links.count)
    while low < high {
      let middle = (low + high) / 2
      if links[middle].name.precedes(name) { low = middle + 1 } else { high = middle }
    }
    return low < links.count && links[low].name == name ? links[low] : nil
  }

  private static func read(
    _ header: ObjectHeader, _ file: MetadataFile
  ) throws(StorageError) -> [MetadataLink] {
    if let table = header.first(.symbolTable) {
      var cursor = table.cursor
      return try SymbolTable(file, tree: try cursor.place(), heap: try cursor.place()).links
    }
    var links: [MetadataLink] = []
    for message in header.messages where message.kind == .link {
      links.append(try MetadataLink(message.cursor))
    }
    if let info = header.first(.linkInfo) { links += try dense(info.cursor, file) }
    return links
  }

  /// Many links stand in a heap, found through a tree by name. Another tree, by age, may lead to the same links.
  private static func dense(_ info: MetadataCursor, _ file: MetadataFile) throws(StorageError)
    -> [MetadataLink]
  {
    var info = info
    try info.require(try info.byte() == 0)
    let flags = try info.byte()
    if flags & 0x01 != 0 { try info.skip(8) }
    let (heap, names) = (try info.address(), try info.address())
    guard let heap else { return [] }
    guard let names else { throw info.damage }
    var objects = try FractalHeap(file, at: heap)
    // A record is a hash of the name and where the link is in the heap.
    let records = try Tree2(file, at: names, type: 5, recordBytes: 4 + FractalHeap.identifierBytes).records
    var links: [MetadataLink] = []
    links.reserveCapacity(records.count)
    for record in records {
      links.append(try MetadataLink(try objects.object(record.dropFirst(4))))
    }
    return links
  }
}
