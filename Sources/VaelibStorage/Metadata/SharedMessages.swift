/// Messages that several objects share (specification, section IV.A.2.p and III.G): heaps outside of object headers, each
/// for some kinds of messages.
final class SharedMessages {
  /// Bytes by which a message in a heap is known.
  static let identifierBytes = 8
  private static let subject = "a table of shared messages"

  private struct Index {
    /// A bit for each kind of message.
    let kinds: Int
    let address: Int?
    var heap: FractalHeap?
    /// Messages that were read: several objects ask for them.
    var read: [ArraySlice<UInt8>: ArraySlice<UInt8>] = [:]
  }

  private unowned let file: MetadataFile
  private var indices: [Index] = []

  /// Reads the table that a message in the extension of the superblock leads to.
  init(_ message: MetadataCursor, _ file: MetadataFile) throws(StorageError) {
    self.file = file
    var message = message
    try message.require(try message.byte() == 0)
    let address = try message.place()
    let count = try message.byte()
    let byteCount = 14 + 2 * file.addressBytes
    var table = try file.cursor(at: address, count: 4 + count * byteCount + 4, Self.subject)
    try table.signature("SMTB")
    for _ in 0..<count {
      try table.skip(2)
      let kinds = try table.integer(2)
      try table.skip(10 + file.addressBytes)
      indices.append(Index(kinds: kinds, address: try table.address()))
    }
  }

  /// The message behind an identifier.
  func message(
    _ identifier: ArraySlice<UInt8>, _ kind: ObjectHeader.Kind
  ) throws(StorageError) -> MetadataCursor {
    guard let place = indices.firstIndex(where: { $0.kinds & Self.bit(kind) != 0 }),
      let address = indices[place].address
    else { throw file.damaged("\(Self.subject) lacks a kind of messages") }
    if let known = indices[place].read[identifier] { return MetadataCursor(file, known, Self.subject) }
    if indices[place].heap == nil {
      indices[place].heap = try FractalHeap(file, at: address, identifierBytes: Self.identifierBytes)
    }
    guard let content = try indices[place].heap?.object(identifier) else {
      throw file.damaged("\(Self.subject) is empty")
    }
    indices[place].read[identifier] = content.bytes
    return content
  }

  private static func bit(_ kind: ObjectHeader.Kind) -> Int { 1 << kind.rawValue }
}
