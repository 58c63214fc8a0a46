/// One of the mappings that a virtual dataset consists of: some of its elements are those of another dataset.
struct VirtualMapping {
  /// The name of a file; "." for the file of the virtual dataset.
  let file: ArraySlice<UInt8>
  /// The path of a dataset in it.
  let dataset: ArraySlice<UInt8>
  /// Which elements of that dataset, and where they are in the virtual one: as many, each in the order of its axes.
  let source: StoredSelection
  let target: StoredSelection

  /// Where the mappings of a virtual dataset are: an object of a global heap.
  struct Place: Hashable {
    let heap: Int
    let number: Int
  }

  private static let subject = "the mappings of a virtual dataset"
  /// Bytes that a mapping has at least.
  private static let leastBytes = 18

  /// Bits of the flags of a mapping.
  private enum Flag {
    static let sharedFile = 0x01
    static let sharedDataset = 0x02
    static let sameFile = 0x04
  }

  /// All mappings of a virtual dataset (specification, section III.F).
  static func all(_ bytes: ArraySlice<UInt8>, _ file: MetadataFile) throws(StorageError) -> [VirtualMapping] {
    var cursor = MetadataCursor(file, bytes, subject)
    let version = try cursor.byte()
    guard version <= 1 else { throw Datatype.newer("a virtual dataset", version, cursor) }
    let count = try cursor.length()
    try cursor.require(count <= bytes.count / leastBytes)
    var mappings: [VirtualMapping] = []
    mappings.reserveCapacity(count)
    for _ in 0..<count {
      let flags = version == 0 ? 0 : try cursor.byte()
      try cursor.require(flags <= 0x07 && flags & 0x05 != 0x05)
      let name: ArraySlice<UInt8> =
        flags & Flag.sameFile != 0
        ? [UInt8(ascii: ".")]
        : try text(&cursor, mappings, isShared: flags & Flag.sharedFile != 0, \.file)
      let dataset = try text(&cursor, mappings, isShared: flags & Flag.sharedDataset != 0, \.dataset)
      mappings.append(
        VirtualMapping(
          file: name, dataset: dataset, source: try StoredSelection(&cursor),
          target: try StoredSelection(&cursor)))
    }
    // A checksum.
    try cursor.skip(4)
    return mappings
  }

  /// A text that ends with NUL, or the number of an earlier mapping that has the same.
  private static func text(
    _ cursor: inout MetadataCursor, _ mappings: [VirtualMapping], isShared: Bool,
    _ part: KeyPath<VirtualMapping, ArraySlice<UInt8>>
  ) throws(StorageError) -> ArraySlice<UInt8> {
    if isShared {
      let number = try cursor.length()
      try cursor.require(number < mappings.count)
      return mappings[number][keyPath: part]
    }
    guard let end = cursor.bytes.firstIndex(of: 0), end > cursor.bytes.startIndex else { throw cursor.damage }
    let text = try cursor.take(end - cursor.bytes.startIndex)
    try cursor.skip(1)
    return text
  }
}
