/// All records of a tree of the newer kind (section III.A.2).
struct Tree2 {
  private(set) var records: [ArraySlice<UInt8>] = []
  private let file: MetadataFile
  private let type: Int
  private let recordBytes: Int
  private var nodeBytes = 0
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

  /// Throws unless the tree has this type of records.
  init(_ file: MetadataFile, at address: Int, type: Int, recordBytes: Int) throws(StorageError) {
    self.file = file
    self.type = type
    self.recordBytes = recordBytes
    var header = try file.cursor(at: address, count: 22 + file.addressBytes + file.lengthBytes, Self.subject)
    try header.signature("BTHD")
    try header.require(try header.byte() == 0)
    try header.require(try header.byte() == type)
    nodeBytes = try header.integer(4)
    try header.require(try header.integer(2) == recordBytes)
    let depth = try header.integer(2)
    let (split, merge) = (try header.byte(), try header.byte())
    try header.require((1...100).contains(split) && (1...100).contains(merge) && merge <= split)
    let root = try header.address()
    let rootRecords = try header.integer(2)
    let total = try header.length()
    try header.require(nodeBytes > Self.overhead + recordBytes)
    try header.require(depth <= StructureBounds.treeLevels)
    try measureLevels(depth, header)
    guard let root else {
      try header.require(total == 0 && rootRecords == 0)
      return
    }
    try readNode(at: root, level: depth, count: rootRecords)
    try header.require(records.count == total)
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

  private mutating func readNode(at address: Int, level: Int, count: Int) throws(StorageError) {
    var cursor = try file.cursor(at: address, count: nodeBytes, Self.subject)
    try cursor.signature(level == 0 ? "BTLF" : "BTIN")
    try cursor.require(try cursor.byte() == 0)
    try cursor.require(try cursor.byte() == type)
    try cursor.require(count <= levels[level].mostRecords)
    for _ in 0..<count { records.append(try cursor.take(recordBytes)) }
    guard level > 0 else { return }
    for _ in 0...count {
      let child = try cursor.place()
      let records = try cursor.integer(countBytes)
      if level > 1 { try cursor.skip(levels[level - 1].totalBytes) }
      try readNode(at: child, level: level - 1, count: records)
    }
  }
}
