/// The messages that describe a group or a dataset (specification, section IV.A).
struct ObjectHeader {
  /// The kinds of messages that matter here.
  enum Kind: Int {
    case dataspace = 0x01
    case linkInfo = 0x02
    case datatype = 0x03
    case oldFillValue = 0x04
    case fillValue = 0x05
    case link = 0x06
    case externalFiles = 0x07
    case layout = 0x08
    case filters = 0x0B
    case attribute = 0x0C
    case attributeInfo = 0x15
    case sharedMessages = 0x0F
    case continuation = 0x10
    case symbolTable = 0x11
    case treeSizes = 0x13
    case driver = 0x14
    case cacheImage = 0x18
  }

  struct Message {
    let kind: Kind
    /// The content is not here but in the object header or heap that `cursor` leads to.
    let isShared: Bool
    let cursor: MetadataCursor
  }

  /// Where the header begins.
  let address: Int
  private let file: MetadataFile
  private let stored: [ObjectHeaderReader.Message]

  /// For `MetadataFile.header(at:)`, which reads each header once.
  init(_ file: MetadataFile, at address: Int, _ stored: [ObjectHeaderReader.Message]) {
    self.file = file
    self.address = address
    self.stored = stored
  }

  /// Links and attributes, and the first message of each other kind.
  var messages: [Message] { stored.map(message) }

  /// The first message of a kind; nil if there is none.
  func first(_ kind: Kind) -> Message? {
    stored.first { $0.kind == kind }.map(message)
  }

  /// Whether there is a message of one of these kinds.
  func hasAny(_ kinds: Kind...) -> Bool {
    stored.contains { kinds.contains($0.kind) }
  }

  private func message(_ stored: ObjectHeaderReader.Message) -> Message {
    Message(
      kind: stored.kind, isShared: stored.isShared,
      cursor: MetadataCursor(file, stored.content, ObjectHeaderReader.subject))
  }
}
