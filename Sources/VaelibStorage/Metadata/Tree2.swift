/// A tree of the newer kind (section III.A.2), whose records are sorted.
struct Tree2 {
  private let file: MetadataFile
  private let type: Int
  private let recordBytes: Int
  private let pieces: GroupPieces?
  private var nodeBytes = 0
  private var root: (address: Int, records: Int)?
  private var total = 0
  /// For each level, leaves first: how many records a node holds at most.
  private var levels: [Level] = []
  /// Bytes of a count of records in one child.
  private var countBytes = 0

  private struct Level {
    let mostRecords: Int
    /// Bytes of a count of all records below a node.
    let totalBytes: Int
    let most: Int
  }

  private static let subject = "a tree"
  /// Signature, version, type and checksum of a node.
  private static let overhead = 10

  /// Where a record is, compared with those that are looked for.
  enum Order {
    case before
    case equal
    case behind
  }

  /// Throws unless the tree has this type of records.
  ///
  /// - Parameter pieces: for a tree that is read more than once.
  init(
    _ file: MetadataFile, at address: Int, type: Int, recordBytes: Int, keptIn pieces: GroupPieces? = nil
  ) throws(StorageError) {
    self.file = file
    self.type = type
    self.recordBytes = recordBytes
    self.pieces = pieces
    var header = try file.cursor(
      at: address, count: 22 + file.addressBytes + file.lengthBytes, Self.subject, keptIn: pieces)
    try header.signature("BTHD")
    try header.require(try header.byte() == 0)
    try header.require(try header.byte() == type)
    nodeBytes = try header.integer(4)
    try header.require(try header.integer(2) == recordBytes)
    let depth = try header.integer(2)
    let (split, merge) = (try header.byte(), try header.byte())
    try header.require((1...100).contains(split) && (1...100).contains(merge) && merge <= split)
    let rootAddress = try header.address()
    let rootRecords = try header.integer(2)
    total = try header.length()
    try header.require(nodeBytes > Self.overhead + recordBytes)
    try header.require(depth <= StructureBounds.treeLevels)
    try measureLevels(depth, header)
    root = rootAddress.map { ($0, rootRecords) }
    try header.require(rootAddress != nil || (total == 0 && rootRecords == 0))
  }

  /// All records, in their order.
  func records() throws(StorageError) -> [ArraySlice<UInt8>] {
    let records = try records { _ in .equal }
    guard records.count == total else { throw file.damaged("\(Self.subject) makes no sense") }
    return records
  }

  /// The records that `order` finds equal. Only nodes are read that may have such.
  func records(_ order: (ArraySlice<UInt8>) -> Order) throws(StorageError) -> [ArraySlice<UInt8>] {
    var found: [ArraySlice<UInt8>] = []
    if let root {
      try readNode(at: root.address, level: levels.count - 1, count: root.records, order, &found)
    }
    return found
  }

  private mutating func measureLevels(_ depth: Int, _ header: MetadataCursor) throws(StorageError) {
    let leaf = (nodeBytes - Self.overhead) / recordBytes
    countBytes = Self.bytes(for: leaf)
    levels = [Level(mostRecords: leaf, totalBytes: 0, most: leaf)]
    for level in 1..<(depth + 1) {
      let below = levels[level - 1]
      let pointerBytes = file.addressBytes + countBytes + (level > 1 ? below.totalBytes : 0)
      let records = (nodeBytes - Self.overhead - pointerBytes) / (recordBytes + pointerBytes)
      try header.require(records > 0)
      let (children, overflow) = (records + 1).multipliedReportingOverflow(by: below.most)
      let (most, beyond) = children.addingReportingOverflow(records)
      try header.require(!overflow && !beyond)
      levels.append(Level(mostRecords: records, totalBytes: Self.bytes(for: most), most: most))
    }
  }

  private static func bytes(for number: Int) -> Int {
    (Int.bitWidth - max(number, 1).leadingZeroBitCount - 1) / 8 + 1
  }

  private func readNode(
    at address: Int, level: Int, count: Int, _ order: (ArraySlice<UInt8>) -> Order,
    _ found: inout [ArraySlice<UInt8>]
  ) throws(StorageError) {
    var cursor = try file.cursor(at: address, count: nodeBytes, Self.subject, keptIn: pieces)
    try cursor.signature(level == 0 ? "BTLF" : "BTIN")
    try cursor.require(try cursor.byte() == 0)
    try cursor.require(try cursor.byte() == type)
    try cursor.require(count <= levels[level].mostRecords)
    var records: [(record: ArraySlice<UInt8>, order: Order)] = []
    records.reserveCapacity(count)
    for _ in 0..<count {
      let record = try cursor.take(recordBytes)
      records.append((record, order(record)))
    }
    for place in 0...count {
      if level > 0 {
        let child = try cursor.place()
        let childRecords = try cursor.integer(countBytes)
        if level > 1 { try cursor.skip(levels[level - 1].totalBytes) }
        let isWanted =
          (place == 0 || records[place - 1].order != .behind)
          && (place == count || records[place].order != .before)
        if isWanted { try readNode(at: child, level: level - 1, count: childRecords, order, &found) }
      }
      if place < count, records[place].order == .equal { found.append(records[place].record) }
    }
  }
}
