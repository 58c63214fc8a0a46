/// The structure of an HDF5 file, read without libhdf5, which may crash, hang or take all memory where a file is damaged
/// (HDF5 File Format Specification, version 3.0). What stands between the superblock and the numbers of a dataset is
/// followed here first; only a file in which that makes sense is handed on.
final class MetadataFile {
  let file: ReadableFile
  /// How many bytes addresses and lengths have in this file.
  let addressBytes: Int
  let lengthBytes: Int
  /// How many entries a node of a symbol table, of a group's tree and of a tree of chunks has at most.
  private(set) var symbolNodeEntries = 8
  private(set) var groupNodeEntries = 32
  private(set) var chunkNodeEntries = 64
  /// The object header of the root group.
  private(set) var root = 0
  /// Where the HDF5 part begins; addresses count from there.
  let base: Int
  /// The HDF5 part where it was read already; else it is read from the file piece by piece.
  private let content: UnsafeRawBufferPointer?
  private var followedBytes = 0
  private var ledger = StructureLedger()
  /// Parts that the mappings of virtual datasets may still have beside those that their bytes explain.
  var virtualPartsLeft = StructureBounds.virtualParts
  private var globalHeaps = GlobalHeaps()
  /// What was read already: every structure is read once.
  private var headers: [Int: [ObjectHeaderReader.Message]] = [:]
  private var groups: [Int: [MetadataLink]] = [:]
  private var groupPieces: [Int: GroupPieces] = [:]
  /// How many names were looked up in each group without a list of its links.
  private var lookups: [Int: Int] = [:]
  private var sources: [Int: DatasetMetadata] = [:]
  private var chunkTables: [Int: ChunkTable] = [:]
  /// The datasets whose mappings were read, by where those are.
  private var mapped: [VirtualMapping.Place: Int] = [:]
  /// Messages outside of object headers, if the file has such.
  private(set) var sharedMessages: SharedMessages?

  /// Bytes that addresses can reach.
  var byteCount: Int { content?.count ?? file.byteCount - base }

  /// Reads the superblock at `base`, where its signature was found.
  init(_ file: ReadableFile, base: Int, content: UnsafeRawBufferPointer? = nil) throws(StorageError) {
    self.file = file
    self.base = base
    self.content = content
    let start: [UInt8]
    if let content { start = Array(content.prefix(16)) } else { start = try file.read(at: base, count: 16) }
    guard start.count == 16 else { throw file.error("is truncated: it ends inside its superblock") }
    let version = start[8]
    (addressBytes, lengthBytes) =
      version < 2 ? (Int(start[13]), Int(start[14])) : (Int(start[9]), Int(start[10]))
    guard [2, 4, 8].contains(addressBytes), [2, 4, 8].contains(lengthBytes) else {
      throw file.error("is damaged: its superblock makes no sense")
    }
    if version < 2 {
      try readOldSuperblock(version: Int(version))
    } else {
      try readSuperblock()
    }
  }

  /// The object header at `address`.
  func header(at address: Int) throws(StorageError) -> ObjectHeader {
    if let known = headers[address] { return ObjectHeader(self, at: address, known) }
    let messages = try ObjectHeaderReader(self, at: address).messages
    headers[address] = messages
    return ObjectHeader(self, at: address, messages)
  }

  /// The links of the group whose header this is, in the order of their names.
  func links(of header: ObjectHeader) throws(StorageError) -> [MetadataLink] {
    if let links = groups[header.address] { return links }
    let links = try GroupLinks(header, self, pieces(of: header)).all()
    groups[header.address] = links
    return links
  }

  /// The link of this name in the group whose header this is; nil if there is none.
  func link(_ name: ArraySlice<UInt8>, of header: ObjectHeader) throws(StorageError) -> MetadataLink? {
    let lookups = lookups[header.address, default: 0]
    if lookups == StructureBounds.groupLookups || groups[header.address] != nil {
      return GroupLinks.find(name, in: try links(of: header))
    }
    self.lookups[header.address] = lookups + 1
    return try GroupLinks(header, self, pieces(of: header)).first(name)
  }

  private func pieces(of header: ObjectHeader) -> GroupPieces {
    let pieces = groupPieces[header.address] ?? GroupPieces()
    groupPieces[header.address] = pieces
    pieces.begin()
    return pieces
  }

  /// A piece of structure, to be read: `count` bytes from `address` on. Throws where they are not all in the file, and
  /// where one of them is part of another piece: who needs a piece again keeps what was read.
  ///
  /// - Parameter pieces: where the piece is kept, or was before.
  func cursor(
    at address: Int, count: Int, _ subject: String, keptIn pieces: GroupPieces?
  ) throws(StorageError) -> MetadataCursor {
    guard let pieces else { return try cursor(at: address, count: count, subject) }
    return try pieces.cursor(at: address, count: count, subject, self)
  }

  func cursor(at address: Int, count: Int, _ subject: String) throws(StorageError) -> MetadataCursor {
    let cursor = try peek(at: address, count: count, subject)
    guard ledger.claim(address..<address + count) else {
      throw damaged("\(subject) shares bytes with other structure")
    }
    return cursor
  }

  /// What an element of variable length stands for.
  func heapObject(_ element: MetadataCursor) throws(StorageError) -> ArraySlice<UInt8> {
    try globalHeaps.object(element)
  }

  /// The mappings of the virtual dataset whose header is at `header`.
  func mappings(
    at place: VirtualMapping.Place, of header: Int
  ) throws(StorageError) -> (mappings: [VirtualMapping], byteCount: Int) {
    guard let bytes = try globalHeaps.object(place.number, at: place.heap, self),
      mapped[place, default: header] == header
    else { throw damaged("the mappings of a virtual dataset are missing, or those of another") }
    mapped[place] = header
    return (try VirtualMapping.all(bytes, self), bytes.count)
  }

  /// What the header of a dataset says that others may have in common, virtual datasets' sources.
  func dataset(_ header: ObjectHeader) throws(StorageError) -> DatasetMetadata {
    if let known = sources[header.address] { return known }
    let dataset = try DatasetMetadata(header, self)
    sources[header.address] = dataset
    return dataset
  }

  /// Notes that a soft link of so many bytes is followed; false if that is more than the file explains.
  func follow(_ byteCount: Int) -> Bool {
    followedBytes += byteCount
    return followedBytes <= StructureBounds.followedBytes + StructureBounds.followedBytesPerByte
      * file.byteCount
  }

  /// Where the chunks are of the dataset whose header is at `header`: what `read` finds, once.
  func chunks(
    of header: Int, _ read: () throws(StorageError) -> ChunkTable
  ) throws(StorageError) -> ChunkTable {
    if let table = chunkTables[header] { return table }
    let table = try read()
    chunkTables[header] = table
    return table
  }

  /// A few bytes at the start of a piece, which tell how long it is.
  func peek(at address: Int, count: Int, _ subject: String) throws(StorageError) -> MetadataCursor {
    guard address >= 0, count >= 0, count <= byteCount, address <= byteCount - count else {
      throw damaged("\(subject) leaves it")
    }
    if let content { return MetadataCursor(self, Array(content[address..<address + count])[...], subject) }
    let bytes = try file.read(at: base + address, count: count)
    guard bytes.count == count else { throw file.error("became shorter while it was read") }
    return MetadataCursor(self, bytes[...], subject)
  }

  func damaged(_ reason: String) -> StorageError {
    file.error("is damaged: \(reason); restore it from a copy")
  }

  /// For what is in order but not read.
  func unread(_ reason: String) -> StorageError {
    .unread(path: file.path, object: nil, reason: reason)
  }

  /// Versions 0 and 1.
  private func readOldSuperblock(version: Int) throws(StorageError) {
    let count = 24 + 4 * version + 4 * addressBytes + lengthBytes + addressBytes + 24
    var cursor = try cursor(at: 0, count: count, "its superblock")
    try cursor.skip(16)
    symbolNodeEntries = 2 * (try cursor.integer(2))
    groupNodeEntries = 2 * (try cursor.integer(2))
    try cursor.skip(4)
    if version == 1 {
      chunkNodeEntries = 2 * (try cursor.integer(2))
      try cursor.skip(2)
    }
    try cursor.require(symbolNodeEntries > 0 && groupNodeEntries > 0 && chunkNodeEntries > 0)
    try cursor.skip(3 * addressBytes)
    try refuseDriver(try cursor.address())
    try cursor.skip(lengthBytes)
    root = try cursor.place()
    try checkCachedGroup(&cursor)
  }

  /// The root's entry repeats where the root's symbol table is, and libhdf5 uses this copy. It is out of date where the
  /// group has become one of the newer kind.
  private func checkCachedGroup(_ cursor: inout MetadataCursor) throws(StorageError) {
    let kind = try cursor.integer(4)
    try cursor.require(kind <= 1)
    try cursor.skip(4)
    guard kind == 1 else { return }
    let (tree, heap) = (try cursor.place(), try cursor.place())
    let header = try self.header(at: root)
    guard let message = header.first(.symbolTable) else { return }
    var table = message.cursor
    guard try table.place() == tree, try table.place() == heap else { throw cursor.damage }
  }

  /// Versions 2 and 3.
  private func readSuperblock() throws(StorageError) {
    var cursor = try cursor(at: 0, count: 12 + 4 * addressBytes, "its superblock")
    try cursor.skip(12 + addressBytes)
    let extension_ = try cursor.address()
    try cursor.skip(addressBytes)
    root = try cursor.place()
    if let extension_ { try readExtension(try header(at: extension_)) }
  }

  private func readExtension(_ header: ObjectHeader) throws(StorageError) {
    for message in header.messages {
      switch message.kind {
      case .driver: try refuseDriver(0)
      case .sharedMessages: sharedMessages = try SharedMessages(message.cursor, self)
      case .cacheImage:
        throw unread("holds the image of a cache, which vaelib does not read; copy it with h5repack")
      case .treeSizes:
        var cursor = message.cursor
        try cursor.skip(1)
        chunkNodeEntries = 2 * (try cursor.integer(2))
        groupNodeEntries = 2 * (try cursor.integer(2))
        symbolNodeEntries = 2 * (try cursor.integer(2))
        try cursor.require(symbolNodeEntries > 0 && groupNodeEntries > 0 && chunkNodeEntries > 0)
      default: break
      }
    }
  }

  private func refuseDriver(_ address: Int?) throws(StorageError) {
    guard address != nil else { return }
    throw unread(
      "is one of several files that belong together, which vaelib does not read; copy them into one")
  }
}
