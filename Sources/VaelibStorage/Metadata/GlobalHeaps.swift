/// Heaps of values of any length (specification, section III.E), each read once, when it is first wanted.
struct GlobalHeaps {
  /// The objects of the heaps at these places, by their numbers.
  private var heaps: [Int: [Int: ArraySlice<UInt8>]] = [:]

  private static let subject = "a heap of texts or mappings"

  /// The bytes that an element stands for: their number, the place of a heap, a number in it.
  mutating func object(_ element: MetadataCursor) throws(StorageError) -> ArraySlice<UInt8> {
    var element = element
    let count = try element.integer(4)
    // Nothing was ever written.
    guard count > 0 else { return [] }
    let address = try element.place()
    let number = try element.integer(4)
    guard let bytes = try object(number, at: address, element.file), bytes.count == count else {
      throw element.damage
    }
    return bytes
  }

  /// The object of this number in the heap at `address`; nil if there is none.
  mutating func object(
    _ number: Int, at address: Int, _ file: MetadataFile
  ) throws(StorageError) -> ArraySlice<UInt8>? {
    if heaps[address] == nil { heaps[address] = try Self.read(file, address) }
    return heaps[address]?[number]
  }

  private static func read(
    _ file: MetadataFile, _ address: Int
  ) throws(StorageError) -> [Int: ArraySlice<UInt8>] {
    let startBytes = 8 + file.lengthBytes
    var start = try file.peek(at: address, count: startBytes, subject)
    try start.signature("GCOL")
    try start.require(try start.byte() == 1)
    try start.skip(3)
    let byteCount = try start.length()
    try start.require(byteCount >= startBytes)
    var cursor = try file.cursor(at: address, count: byteCount, subject)
    try cursor.skip(startBytes)
    var objects: [Int: ArraySlice<UInt8>] = [:]
    while cursor.bytes.count >= startBytes {
      let number = try cursor.integer(2)
      try cursor.skip(6)
      let count = try cursor.length()
      // The rest is free.
      if number == 0 { break }
      objects[number] = try cursor.take(count)
      try cursor.skip(min((8 - count % 8) % 8, cursor.bytes.count))
    }
    return objects
  }
}
