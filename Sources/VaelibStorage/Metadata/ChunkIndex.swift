/// Reads where the chunks of a dataset are (specification, sections III.A.1 and VII). An entry takes at most
/// 32 bytes in memory, and at least as many bytes of the file as an address has.
struct ChunkIndex {
  let file: MetadataFile
  let layout: ChunkLayout
  let grid: ChunkGrid
  /// How far each axis may grow; Int.max for any length.
  let greatestShape: [Int]
  /// Bytes of one chunk before it is compressed.
  let chunkBytes: Int
  let isFiltered: Bool

  private(set) var found: [StoredChunk] = []

  static let subject = "an index of chunks"

  /// The chunks of a dataset; throws where the index makes no sense.
  static func read(
    _ layout: ChunkLayout, _ grid: ChunkGrid, greatestShape: [Int], isFiltered: Bool, _ file: MetadataFile
  ) throws(StorageError) -> ChunkTable {
    guard let chunkBytes = product(layout.chunkShape + [layout.elementBytes]) else {
      throw file.damaged("the chunks of a dataset do not fit it")
    }
    var index = ChunkIndex(
      file: file, layout: layout, grid: grid, greatestShape: greatestShape, chunkBytes: chunkBytes,
      isFiltered: isFiltered)
    try index.read()
    guard let table = ChunkTable(index.found, limit: file.byteCount) else {
      throw file.damaged("two chunks of a dataset have the same place")
    }
    return table
  }

  private init(
    file: MetadataFile, layout: ChunkLayout, grid: ChunkGrid, greatestShape: [Int], chunkBytes: Int,
    isFiltered: Bool
  ) {
    self.file = file
    self.layout = layout
    self.grid = grid
    self.greatestShape = greatestShape
    self.chunkBytes = chunkBytes
    self.isFiltered = isFiltered
  }

  private mutating func read() throws(StorageError) {
    switch layout.index {
    case .tree(let address?): try readTree(at: address)
    case .single(let address?, let filtered):
      try add(
        at: grid.counts.map { _ in 0 }, address: address, byteCount: filtered?.byteCount ?? chunkBytes,
        skippedFilters: filtered?.skippedFilters ?? 0)
    case .implicit(let address?): try readImplicit(at: address)
    case .fixedArray(let address?, let pageBits): try readFixedArray(at: address, pageBits)
    case .extensibleArray(let address?, let parameters): try readExtensibleArray(at: address, parameters)
    case .tree2(let address?): try readTree2(at: address)
    case .tree, .single, .implicit, .fixedArray, .extensibleArray, .tree2: break
    }
  }

  /// A chunk at a place in the grid; outside of it are chunks that a dataset had when it was larger.
  mutating func add(
    at place: [Int], address: Int, byteCount: Int, skippedFilters: UInt32
  ) throws(StorageError) {
    guard let number = grid.number(at: place) else { return }
    guard byteCount >= 0, byteCount <= file.byteCount, address <= file.byteCount - byteCount,
      isFiltered || byteCount == chunkBytes
    else { throw file.damaged("a chunk of a dataset leaves it") }
    found.append(
      StoredChunk(number: number, address: address, byteCount: byteCount, skippedFilters: skippedFilters))
  }

  /// An entry of the newer indices: a chunk's address, and if it is filtered its size and the filters left out.
  func entry(_ cursor: inout MetadataCursor) throws(StorageError) -> Entry? {
    let address = try cursor.address()
    var (byteCount, skipped) = (chunkBytes, UInt32(0))
    if isFiltered {
      byteCount = try cursor.integer(sizeBytes)
      skipped = UInt32(truncatingIfNeeded: try cursor.word(4))
    }
    return address.map { Entry(address: $0, byteCount: byteCount, skippedFilters: skipped) }
  }

  struct Entry {
    let address: Int
    let byteCount: Int
    let skippedFilters: UInt32
  }

  mutating func add(_ entry: Entry?, at place: [Int]) throws(StorageError) {
    guard let entry else { return }
    try add(
      at: place, address: entry.address, byteCount: entry.byteCount, skippedFilters: entry.skippedFilters)
  }

  /// Bytes of an entry.
  var entryBytes: Int { file.addressBytes + (isFiltered ? sizeBytes + 4 : 0) }

  /// Bytes of the size of a chunk in an entry.
  private var sizeBytes: Int {
    if layout.hasLongSizes { return file.lengthBytes }
    let bits = Int.bitWidth - chunkBytes.leadingZeroBitCount - 1
    return min(1 + (bits + 8) / 8, 8)
  }

  /// Chunk after chunk, as many as the axes may come to have.
  private mutating func readImplicit(at address: Int) throws(StorageError) {
    guard let greatest = ChunkGrid(shape: greatestShape, chunkShape: grid.chunkShape),
      let byteCount = product([greatest.count, chunkBytes]), byteCount <= file.byteCount - address
    else { throw file.damaged("the chunks of a dataset leave it") }
    found.reserveCapacity(grid.count)
    for number in 0..<grid.count {
      let place = grid.place(of: number)
      guard let index = greatest.number(at: place) else { continue }
      try add(at: place, address: address + index * chunkBytes, byteCount: chunkBytes, skippedFilters: 0)
    }
  }

  private mutating func readTree2(at address: Int) throws(StorageError) {
    let rank = grid.counts.count
    let tree = try Tree2(
      file, at: address, type: isFiltered ? 11 : 10, recordBytes: entryBytes + 8 * rank)
    for record in try tree.records() {
      var cursor = MetadataCursor(file, record, Self.subject)
      let entry = try entry(&cursor)
      var place: [Int] = []
      for _ in 0..<rank { place.append(try cursor.integer(8)) }
      try add(entry, at: place)
    }
  }
}
