/// Which elements of a dataset a mapping of a virtual dataset takes, as the file says it (specification, section III.F and
/// "Dataspace Selection" of HDF5's file format).
enum StoredSelection {
  case none
  case all
  /// Along each axis blocks at even distances.
  case grid([Steps])
  /// Blocks that do not overlap: of each the first and the last coordinate along every axis, first all first ones.
  case blocks(rank: Int, [Int])

  /// `count` blocks of `block` neighbours, `stride` apart; nil for as many as there are.
  struct Steps {
    let start: Int
    let stride: Int
    let count: Int?
    let block: Int?
  }

  init(_ cursor: inout MetadataCursor) throws(StorageError) {
    let kind = try cursor.integer(4)
    let version = try cursor.integer(4)
    switch kind {
    case 0, 3:
      try cursor.require(version == 1)
      try cursor.skip(8)
      self = kind == 0 ? .none : .all
    case 1:
      throw cursor.file.unread("maps single points of a virtual dataset, which HDF5 up to 2.0 does not do")
    case 2: self = try Self.hyperslab(&cursor, version)
    default: throw cursor.damage
    }
  }

  private static func hyperslab(
    _ cursor: inout MetadataCursor, _ version: Int
  ) throws(StorageError) -> StoredSelection {
    guard version <= 3 else { throw Datatype.newer("a selection", version, cursor) }
    try cursor.require(version >= 1)
    var (isRegular, numberBytes) = (false, 4)
    if version == 1 {
      try cursor.skip(8)
    } else {
      isRegular = try cursor.byte() & 0x01 != 0
      if version == 2 {
        numberBytes = 8
        try cursor.skip(4)
        try cursor.require(isRegular)
      } else {
        numberBytes = try cursor.byte()
      }
    }
    try cursor.require([2, 4, 8].contains(numberBytes))
    let rank = try cursor.integer(4)
    try cursor.require((1...32).contains(rank))
    return isRegular ? try grid(&cursor, rank, numberBytes) : try blocks(&cursor, rank, numberBytes)
  }

  private static func grid(
    _ cursor: inout MetadataCursor, _ rank: Int, _ numberBytes: Int
  ) throws(StorageError) -> StoredSelection {
    let unlimited = numberBytes == 8 ? UInt64.max : 1 << UInt64(8 * numberBytes) - 1
    var axes: [Steps] = []
    for _ in 0..<rank {
      let start = try cursor.integer(numberBytes)
      let stride = try cursor.integer(numberBytes)
      var counts: [Int?] = []
      for _ in 0..<2 {
        let number = try cursor.word(numberBytes)
        counts.append(number == unlimited ? nil : Int(clamping: number))
      }
      let (count, block) = (counts[0], counts[1])
      // libhdf5 writes 1 or 0 where there is one block.
      try cursor.require(stride > 0 || count == 1)
      try cursor.require(block != nil || count == 1)
      if let block, count != 1 { try cursor.require(block <= stride) }
      guard let last = product([max((count ?? 1) - 1, 0), stride]),
        !last.addingReportingOverflow(start).overflow,
        !(last + start).addingReportingOverflow(block ?? 0).overflow
      else { throw cursor.damage }
      axes.append(Steps(start: start, stride: max(stride, 1), count: count, block: block))
    }
    return axes.contains { $0.count == 0 || $0.block == 0 } ? .none : .grid(axes)
  }

  private static func blocks(
    _ cursor: inout MetadataCursor, _ rank: Int, _ numberBytes: Int
  ) throws(StorageError) -> StoredSelection {
    let count = try cursor.integer(numberBytes)
    guard let numbers = product([count, 2, rank]), let byteCount = product([numbers, numberBytes]),
      byteCount <= cursor.bytes.count
    else { throw cursor.damage }
    var places: [Int] = []
    places.reserveCapacity(numbers)
    for _ in 0..<count {
      for _ in 0..<2 * rank { places.append(try cursor.integer(numberBytes)) }
      let block = places.suffix(2 * rank)
      let (first, last) = (block.prefix(rank), block.suffix(rank))
      try cursor.require(zip(first, last).allSatisfy { $0 <= $1 && $1 < Int.max })
    }
    return count == 0 ? .none : .blocks(rank: rank, places)
  }
}
