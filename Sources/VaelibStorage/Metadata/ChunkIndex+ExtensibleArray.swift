/// An array of chunks of a dataset of which one axis may grow to any length (section VII.D).
///
/// The first entries stand in the index block. Those that follow stand in data blocks, which belong to super blocks:
/// super block s has 2^(s / 2) data blocks of 2^((s + 1) / 2) times the least number of entries each. The data blocks of
/// the first super blocks are found through the index block itself.
extension ChunkIndex {
  private struct Form {
    let header: Int
    let indexEntries: Int
    let leastEntries: Int
    let leastPointers: Int
    let pageEntries: Int
    /// Bytes of a block's place in the array.
    let offsetBytes: Int
    /// How many super blocks there can be.
    let superBlocks: Int
    /// How many of them have their data blocks in the index block.
    let directSuperBlocks: Int

    func dataBlocks(_ superBlock: Int) -> Int { 1 << (superBlock / 2) }
    func entries(_ superBlock: Int) -> Int { leastEntries << ((superBlock + 1) / 2) }
  }

  mutating func readExtensibleArray(at address: Int, _ parameters: [Int]) throws(StorageError) {
    var header = try file.cursor(
      at: address, count: 16 + 6 * file.lengthBytes + file.addressBytes, Self.subject)
    try header.signature("EAHD")
    try checkArrayStart(&header)
    let (bits, indexEntries) = (try header.byte(), try header.byte())
    let (leastEntries, leastPointers) = (try header.byte(), try header.byte())
    let pageBits = try header.byte()
    try header.require([bits, indexEntries, leastPointers, leastEntries, pageBits] == parameters)
    for number in [leastEntries, leastPointers] {
      try header.require(number > 0 && number & (number - 1) == 0)
    }
    let superBlocks = 1 + bits - leastEntries.trailingZeroBitCount
    let direct = 2 * leastPointers.trailingZeroBitCount
    // More than 62 bits of places are in no file.
    try header.require(bits <= 62 && indexEntries > 0 && pageBits < 32 && superBlocks >= max(direct, 1))
    try header.skip(6 * file.lengthBytes)
    guard let block = try header.address() else { return }
    let order = try growingOrder()
    let form = Form(
      header: address, indexEntries: indexEntries, leastEntries: leastEntries, leastPointers: leastPointers,
      pageEntries: 1 << pageBits, offsetBytes: (bits + 7) / 8, superBlocks: superBlocks,
      directSuperBlocks: direct)
    try readIndexBlock(at: block, form, order)
  }

  /// How entries are counted: the axis that grows comes first.
  private struct Order {
    let axis: Int
    /// How many chunks there are along the other axes.
    let others: [Int]
    let otherCount: Int

    func place(of index: Int) -> [Int] {
      var rest = index % otherCount
      var place = others
      for axis in others.indices.reversed() {
        place[axis] = rest % others[axis]
        rest /= others[axis]
      }
      place.insert(index / otherCount, at: axis)
      return place
    }
  }

  private func growingOrder() throws(StorageError) -> Order {
    let unlimited = greatestShape.indices.filter { greatestShape[$0] == Int.max }
    guard unlimited.count == 1, let axis = unlimited.first else {
      throw file.damaged("\(Self.subject) makes no sense")
    }
    var others = zip(greatestShape, grid.chunkShape).map { ($0 - 1) / $1 + 1 }
    others.remove(at: axis)
    guard let count = product(others), count > 0 else { throw file.damaged("\(Self.subject) makes no sense") }
    return Order(axis: axis, others: others, otherCount: count)
  }

  private mutating func readIndexBlock(at address: Int, _ form: Form, _ order: Order) throws(StorageError) {
    let directBlocks = 2 * (form.leastPointers - 1)
    let pointers = directBlocks + form.superBlocks - form.directSuperBlocks
    let byteCount = 6 + file.addressBytes + form.indexEntries * entryBytes + pointers * file.addressBytes + 4
    var cursor = try file.cursor(at: address, count: byteCount, Self.subject)
    try checkBlockStart(&cursor, "EAIB", of: form.header)
    try readEntries(&cursor, from: 0, count: form.indexEntries, order)
    var first = form.indexEntries
    for superBlock in 0..<form.superBlocks {
      let (blocks, entries) = (form.dataBlocks(superBlock), form.entries(superBlock))
      if superBlock < form.directSuperBlocks {
        for _ in 0..<blocks {
          if let block = try cursor.address() {
            try readDataBlock(at: block, first: first, entries, pages: nil, form, order)
          }
          first += entries
        }
      } else {
        if let block = try cursor.address() {
          try readSuperBlock(at: block, superBlock, first: first, form, order)
        }
        let (count, overflow) = blocks.multipliedReportingOverflow(by: entries)
        // Beyond this nothing can be.
        guard !overflow, first <= Int.max - count else { return }
        first += count
      }
    }
  }

  private mutating func readSuperBlock(
    at address: Int, _ superBlock: Int, first: Int, _ form: Form, _ order: Order
  ) throws(StorageError) {
    let (blocks, entries) = (form.dataBlocks(superBlock), form.entries(superBlock))
    let pages = entries > form.pageEntries ? entries / form.pageEntries : 0
    let bitmapBytes = (pages + 7) / 8
    guard let bitmaps = product([blocks, bitmapBytes]), let pointers = product([blocks, file.addressBytes]),
      bitmaps <= file.byteCount, pointers <= file.byteCount
    else { throw file.damaged("\(Self.subject) leaves it") }
    let startBytes = 6 + file.addressBytes + form.offsetBytes
    var cursor = try file.cursor(at: address, count: startBytes + bitmaps + pointers + 4, Self.subject)
    try checkBlockStart(&cursor, "EASB", of: form.header)
    try cursor.skip(form.offsetBytes)
    let isPageUsed = try cursor.take(bitmaps)
    for block in 0..<blocks {
      guard let address = try cursor.address() else { continue }
      let used = isPageUsed.dropFirst(block * bitmapBytes).prefix(bitmapBytes)
      try readDataBlock(
        at: address, first: first + block * entries, entries, pages: pages > 0 ? used : nil, form, order)
    }
  }

  /// `pages` tells which pages of a long block are in use; nil for one without pages.
  private mutating func readDataBlock(
    at address: Int, first: Int, _ entries: Int, pages: ArraySlice<UInt8>?, _ form: Form, _ order: Order
  ) throws(StorageError) {
    guard let content = product([entries, entryBytes]), content <= file.byteCount else {
      throw file.damaged("\(Self.subject) leaves it")
    }
    let startBytes = 6 + file.addressBytes + form.offsetBytes
    var cursor = try file.cursor(
      at: address, count: startBytes + (pages == nil ? content : 0) + 4, Self.subject)
    try checkBlockStart(&cursor, "EADB", of: form.header)
    try cursor.skip(form.offsetBytes)
    guard let pages else { return try readEntries(&cursor, from: first, count: entries, order) }
    let pageBytes = form.pageEntries * entryBytes + 4
    for page in 0..<entries / form.pageEntries where ChunkIndex.bit(page, of: pages) {
      var cursor = try file.cursor(
        at: address + startBytes + 4 + page * pageBytes, count: pageBytes, Self.subject)
      try readEntries(&cursor, from: first + page * form.pageEntries, count: form.pageEntries, order)
    }
  }

  private mutating func readEntries(
    _ cursor: inout MetadataCursor, from first: Int, count: Int, _ order: Order
  ) throws(StorageError) {
    for index in first..<first + count { try add(try entry(&cursor), at: order.place(of: index)) }
  }
}
