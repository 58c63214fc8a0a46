/// Checks what leads to the chunks of a dataset (specification, sections III.A.1 and VII).
struct ChunkIndex {
  let file: MetadataFile
  let chunkShape: [Int]
  let greatestShape: [Int]
  /// Bytes of one chunk before it is compressed.
  let chunkBytes: Int
  let isFiltered: Bool
  /// Bytes that a stored chunk has at least: libhdf5 reads the four of a Fletcher checksum without looking.
  let leastStoredBytes: Int

  private static let subject = "an index of chunks"

  func check(_ index: StorageLayout.Index) throws(StorageError) {
    switch index {
    case .tree(let address?):
      var seen: Set<Int> = []
      try checkNode(at: address, level: nil, &seen)
    case .fixedArray(let address?, let pageBits): try checkFixedArray(at: address, pageBits)
    case .extensibleArray(let address?, let parameters): try checkExtensibleArray(at: address, parameters)
    case .tree2(let address?):
      let recordBytes =
        isFiltered ? entryBytes + 8 * chunkShape.count : file.addressBytes + 8 * chunkShape.count
      _ = try Tree2(file, at: address, type: isFiltered ? 11 : 10, recordBytes: recordBytes)
    case .tree, .single, .implicit, .fixedArray, .extensibleArray, .tree2: break
    }
  }

  /// A chunk's address, and if it is filtered its size and which filters were left out.
  private var entryBytes: Int {
    guard isFiltered else { return file.addressBytes }
    let bits = Int.bitWidth - chunkBytes.leadingZeroBitCount - 1
    return file.addressBytes + min(1 + (bits + 8) / 8, 8) + 4
  }

  /// A node of the older tree. A key is a chunk's size, its filters and where it begins along each axis.
  private func checkNode(at address: Int, level expected: Int?, _ seen: inout Set<Int>) throws(StorageError) {
    guard seen.insert(address).inserted else { throw file.damaged("\(Self.subject) goes in circles") }
    let keyBytes = 8 + 8 * (chunkShape.count + 1)
    let start = 8 + 2 * file.addressBytes
    let byteCount = start + file.chunkNodeEntries * (keyBytes + file.addressBytes) + keyBytes
    var cursor = try file.cursor(at: address, count: byteCount, Self.subject)
    try cursor.signature("TREE")
    try cursor.require(try cursor.byte() == 1)
    let level = try cursor.byte()
    try cursor.require(level == expected ?? level)
    let entries = try cursor.integer(2)
    try cursor.require(entries <= file.chunkNodeEntries)
    _ = try cursor.address()
    _ = try cursor.address()
    for _ in 0..<entries {
      let storedBytes = try cursor.integer(4)
      try cursor.skip(4)
      for length in chunkShape {
        try cursor.require(try cursor.integer(8) % length == 0)
      }
      try cursor.skip(8)
      let child = try cursor.place()
      if level > 0 {
        try checkNode(at: child, level: level - 1, &seen)
      } else {
        try cursor.require(isFiltered || storedBytes == chunkBytes)
        try cursor.require(storedBytes >= leastStoredBytes && storedBytes <= file.byteCount - child)
      }
    }
  }

  /// An array of one entry a chunk, in pages if it is long.
  private func checkFixedArray(at address: Int, _ pageBits: Int) throws(StorageError) {
    var header = try file.cursor(at: address, count: 12 + file.lengthBytes + file.addressBytes, Self.subject)
    try header.signature("FAHD")
    try checkArrayStart(&header)
    try header.require(try header.byte() == pageBits && pageBits < 32)
    let entries = try header.length()
    var chunks = 1
    for (length, chunk) in zip(greatestShape, chunkShape) {
      guard let count = product([chunks, (length - 1) / chunk + 1]) else { throw header.damage }
      chunks = count
    }
    try header.require(entries == chunks)
    guard let block = try header.address() else { return }
    let pageEntries = 1 << pageBits
    let pages = entries > pageEntries ? (entries - 1) / pageEntries + 1 : 0
    guard let content = product([entries, entryBytes]) else { throw header.damage }
    let byteCount = 6 + file.addressBytes + (pages > 0 ? (pages + 7) / 8 : content) + 4
    var cursor = try file.cursor(at: block, count: byteCount, Self.subject)
    try cursor.signature("FADB")
    try cursor.require(try cursor.byte() == 0)
    try cursor.require(try cursor.byte() == (isFiltered ? 1 : 0))
    try cursor.require(try cursor.place() == address)
  }

  private func checkArrayStart(_ header: inout MetadataCursor) throws(StorageError) {
    try header.require(try header.byte() == 0)
    try header.require(try header.byte() == (isFiltered ? 1 : 0))
    try header.require(try header.byte() == entryBytes)
  }

  /// An array that grows; its parameters stand in the layout message too.
  private func checkExtensibleArray(at address: Int, _ parameters: [Int]) throws(StorageError) {
    let byteCount = 16 + 6 * file.lengthBytes + file.addressBytes
    var header = try file.cursor(at: address, count: byteCount, Self.subject)
    try header.signature("EAHD")
    try checkArrayStart(&header)
    let (bits, indexEntries) = (try header.byte(), try header.byte())
    let (leastEntries, leastPointers) = (try header.byte(), try header.byte())
    let pageBits = try header.byte()
    try header.require([bits, indexEntries, leastPointers, leastEntries, pageBits] == parameters)
    try header.require(bits > 0 && bits <= 64 && indexEntries > 0 && pageBits < 32)
    for number in [leastEntries, leastPointers] {
      try header.require(number > 0 && number & (number - 1) == 0)
    }
    try header.skip(4 * file.lengthBytes)
    let reach = try header.length()
    let entries = try header.length()
    guard let stored = product([entries, entryBytes]), let declared = product([reach, chunkBytes]) else {
      throw header.damage
    }
    // libhdf5 looks at every entry within reach.
    try header.require(stored <= file.byteCount && declared / DatasetForm.compressionLimit <= file.byteCount)
    guard let block = try header.address() else { return }
    var cursor = try file.cursor(at: block, count: 6 + file.addressBytes, Self.subject)
    try cursor.signature("EAIB")
    try cursor.require(try cursor.byte() == 0)
    try cursor.require(try cursor.byte() == (isFiltered ? 1 : 0))
    try cursor.require(try cursor.place() == address)
  }
}
