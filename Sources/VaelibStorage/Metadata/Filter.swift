/// A filter that chunks passed when they were written (specification, section IV.A.2.l).
struct Filter: Equatable {
  /// The numbers of those that vaelib undoes itself.
  enum Known: Int {
    case gzip = 1
    case shuffle = 2
    case fletcher32 = 3
    case szip = 4
    case nBit = 5
    case scaleOffset = 6
    case lzf = 32_000
    case blosc = 32_001
    case lz4 = 32_004
    case bitshuffle = 32_008
    case zstandard = 32_015
  }

  /// The number by which it is registered.
  let number: Int
  /// Its parameters, the client data of the specification.
  let values: [UInt32]

  var known: Known? { Known(rawValue: number) }

  /// The filters of a filter message, in the order in which they were applied.
  static func all(_ cursor: MetadataCursor) throws(StorageError) -> [Filter] {
    var cursor = cursor
    let version = try cursor.byte()
    let count = try cursor.byte()
    try cursor.require((1...2).contains(version) && (1...32).contains(count))
    if version == 1 { try cursor.skip(6) }
    var filters: [Filter] = []
    for _ in 0..<count { filters.append(try Filter(&cursor, version)) }
    return filters
  }

  private init(_ cursor: inout MetadataCursor, _ version: Int) throws(StorageError) {
    number = try cursor.integer(2)
    var nameBytes = version == 1 || number >= 256 ? try cursor.integer(2) : 0
    try cursor.skip(2)
    let count = try cursor.integer(2)
    if version == 1 { nameBytes = (nameBytes + 7) / 8 * 8 }
    try cursor.skip(nameBytes)
    var values: [UInt32] = []
    for _ in 0..<count { values.append(UInt32(truncatingIfNeeded: try cursor.word(4))) }
    self.values = values
    if version == 1, count % 2 == 1 { try cursor.skip(4) }
  }

  init(number: Int, values: [UInt32]) {
    self.number = number
    self.values = values
  }
}
