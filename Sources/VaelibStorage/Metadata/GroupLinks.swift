/// The links of a group, in whichever of three ways they are stored.
final class GroupLinks {
  let links: [MetadataLink]
  /// Where in `links` the first of each name is.
  private lazy var places: [ArraySlice<UInt8>: Int] = Dictionary(
    links.indices.map { (links[$0].name, $0) }, uniquingKeysWith: min)

  /// For `MetadataFile.links(of:)`, which reads each group once.
  init(_ header: ObjectHeader, _ file: MetadataFile) throws(StorageError) {
    links = try Self.read(header, file)
  }

  /// Whether an object is a group.
  static func isGroup(_ header: ObjectHeader) -> Bool {
    header.hasAny(.symbolTable, .linkInfo, .link)
  }

  /// The link of this name; nil if there is none.
  func first(_ name: ArraySlice<UInt8>) -> MetadataLink? {
    places[name].map { links[$0] }
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
    var links: [MetadataLink] = []
    // A record is a hash of the name and where the link is in the heap.
    for record in try Tree2(file, at: names, type: 5, recordBytes: 4 + FractalHeap.identifierBytes).records {
      links.append(try MetadataLink(try objects.object(record.dropFirst(4))))
    }
    return links
  }
}
