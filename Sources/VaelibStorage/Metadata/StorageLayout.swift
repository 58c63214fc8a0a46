/// A layout message (specification, section IV.A.2.i): where the numbers of a dataset are.
enum StorageLayout {
  /// The values stand in the object header.
  case compact(ArraySlice<UInt8>)
  /// One block; its address is nil where nothing was ever written, its size where it is not stated.
  case contiguous(Int?, byteCount: Int?)
  case chunked(ChunkLayout)
  /// The values are those of other datasets; nil where no mapping says which.
  case virtual(VirtualMapping.Place?)
  case external

  /// Whether there are values, in this file or in others.
  var isWritten: Bool {
    switch self {
    case .compact: true
    case .contiguous(let address, _): address != nil
    case .chunked(let layout): layout.index.address != nil
    case .virtual(let place): place != nil
    case .external: false
    }
  }

  init(_ cursor: MetadataCursor) throws(StorageError) {
    var cursor = cursor
    let version = try cursor.byte()
    guard version <= 5 else { throw Datatype.newer("a layout", version, cursor) }
    self = version < 3 ? try Self.old(&cursor) : try Self.current(&cursor, version)
  }

  /// Versions 1 and 2.
  private static func old(_ cursor: inout MetadataCursor) throws(StorageError) -> StorageLayout {
    let rank = try cursor.byte()
    let kind = try cursor.byte()
    try cursor.require(rank <= 33)
    try cursor.skip(5)
    let address = kind == 0 ? nil : try cursor.address()
    var lengths: [Int] = []
    for _ in 0..<rank { lengths.append(try cursor.integer(4)) }
    switch kind {
    case 0:
      return .compact(try cursor.take(try cursor.integer(4)))
    case 1: return .contiguous(address, byteCount: nil)
    case 2:
      try cursor.require(rank > 1)
      let elementBytes = lengths.removeLast()
      return .chunked(ChunkLayout(index: .tree(address), chunkShape: lengths, elementBytes: elementBytes))
    default: throw cursor.damage
    }
  }

  /// Versions 3 to 5.
  private static func current(_ cursor: inout MetadataCursor, _ version: Int) throws(StorageError)
    -> StorageLayout
  {
    switch try cursor.byte() {
    case 0:
      return .compact(try cursor.take(try cursor.integer(2)))
    case 1:
      let address = try cursor.address()
      return .contiguous(address, byteCount: try cursor.length())
    case 2: return .chunked(version == 3 ? try chunked(&cursor) : try indexed(&cursor, version))
    case 3 where version >= 4:
      let heap = try cursor.address()
      let number = try cursor.integer(4)
      return .virtual(heap.map { VirtualMapping.Place(heap: $0, number: number) })
    default: throw cursor.damage
    }
  }

  private static func chunked(_ cursor: inout MetadataCursor) throws(StorageError) -> ChunkLayout {
    let rank = try cursor.byte()
    try cursor.require((2...33).contains(rank))
    let address = try cursor.address()
    var lengths: [Int] = []
    for _ in 0..<rank { lengths.append(try cursor.integer(4)) }
    let elementBytes = lengths.removeLast()
    return ChunkLayout(index: .tree(address), chunkShape: lengths, elementBytes: elementBytes)
  }

  private static func indexed(
    _ cursor: inout MetadataCursor, _ version: Int
  ) throws(StorageError) -> ChunkLayout {
    let flags = try cursor.byte()
    let rank = try cursor.byte()
    let lengthBytes = try cursor.byte()
    try cursor.require((2...33).contains(rank) && (1...8).contains(lengthBytes))
    var lengths: [Int] = []
    for _ in 0..<rank { lengths.append(try cursor.integer(lengthBytes)) }
    let elementBytes = lengths.removeLast()
    return ChunkLayout(
      index: try index(&cursor, flags), chunkShape: lengths, elementBytes: elementBytes,
      areCutChunksUnfiltered: flags & 0x01 != 0, hasLongSizes: version >= 5)
  }

  private static func index(
    _ cursor: inout MetadataCursor, _ flags: Int
  ) throws(StorageError) -> ChunkLayout.Index {
    switch try cursor.byte() {
    case 1:
      var filtered: ChunkLayout.FilteredSize?
      if flags & 0x02 != 0 {
        let byteCount = try cursor.length()
        filtered = .init(
          byteCount: byteCount, skippedFilters: UInt32(truncatingIfNeeded: try cursor.word(4)))
      }
      return .single(try cursor.address(), filtered)
    case 2: return .implicit(try cursor.address())
    case 3:
      let pageBits = try cursor.byte()
      return .fixedArray(try cursor.address(), pageBits: pageBits)
    case 4:
      var parameters: [Int] = []
      for _ in 0..<5 { parameters.append(try cursor.byte()) }
      return .extensibleArray(try cursor.address(), parameters: parameters)
    case 5:
      try cursor.skip(6)
      return .tree2(try cursor.address())
    default: throw cursor.damage
    }
  }
}
