/// A layout message (specification, section IV.A.2.i): where the numbers of a dataset are.
enum StorageLayout {
  case compact
  case contiguous(Int?)
  case chunked(index: Index, chunkShape: [Int], elementBytes: Int)
  case virtual
  case external

  /// How chunks are found. An address is nil where nothing was ever written.
  enum Index {
    case tree(Int?)
    case single(Int?)
    case implicit(Int?)
    case fixedArray(Int?, pageBits: Int)
    case extensibleArray(Int?, parameters: [Int])
    case tree2(Int?)
  }

  /// Whether there are values in this file.
  var isWritten: Bool {
    switch self {
    case .compact: true
    case .contiguous(let address): address != nil
    case .chunked(let index, _, _): index.address != nil
    case .virtual, .external: false
    }
  }

  init(_ cursor: MetadataCursor) throws(StorageError) {
    var cursor = cursor
    let version = try cursor.byte()
    guard version <= 4 else { throw Datatype.newer("a layout", version, cursor) }
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
      try cursor.skip(try cursor.integer(4))
      return .compact
    case 1: return .contiguous(address)
    case 2:
      try cursor.require(rank > 1)
      let elementBytes = lengths.removeLast()
      return .chunked(index: .tree(address), chunkShape: lengths, elementBytes: elementBytes)
    default: throw cursor.damage
    }
  }

  /// Versions 3 and 4.
  private static func current(_ cursor: inout MetadataCursor, _ version: Int) throws(StorageError)
    -> StorageLayout
  {
    switch try cursor.byte() {
    case 0:
      try cursor.skip(try cursor.integer(2))
      return .compact
    case 1:
      let address = try cursor.address()
      _ = try cursor.length()
      return .contiguous(address)
    case 2: return version == 3 ? try chunked(&cursor) : try indexed(&cursor)
    case 3 where version == 4: return .virtual
    default: throw cursor.damage
    }
  }

  private static func chunked(_ cursor: inout MetadataCursor) throws(StorageError) -> StorageLayout {
    let rank = try cursor.byte()
    try cursor.require((2...33).contains(rank))
    let address = try cursor.address()
    var lengths: [Int] = []
    for _ in 0..<rank { lengths.append(try cursor.integer(4)) }
    let elementBytes = lengths.removeLast()
    return .chunked(index: .tree(address), chunkShape: lengths, elementBytes: elementBytes)
  }

  private static func indexed(_ cursor: inout MetadataCursor) throws(StorageError) -> StorageLayout {
    let flags = try cursor.byte()
    let rank = try cursor.byte()
    let lengthBytes = try cursor.byte()
    try cursor.require((2...33).contains(rank) && (1...8).contains(lengthBytes))
    var lengths: [Int] = []
    for _ in 0..<rank { lengths.append(try cursor.integer(lengthBytes)) }
    let elementBytes = lengths.removeLast()
    return .chunked(index: try index(&cursor, flags), chunkShape: lengths, elementBytes: elementBytes)
  }

  private static func index(_ cursor: inout MetadataCursor, _ flags: Int) throws(StorageError) -> Index {
    switch try cursor.byte() {
    case 1:
      if flags & 0x02 != 0 { try cursor.skip(cursor.file.lengthBytes + 4) }
      return .single(try cursor.address())
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

extension StorageLayout.Index {
  var address: Int? {
    switch self {
    case .tree(let address), .single(let address), .implicit(let address), .fixedArray(let address, _),
      .extensibleArray(let address, _), .tree2(let address):
      address
    }
  }
}
