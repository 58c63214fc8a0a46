/// Attributes of a dataset, or of a group that stands for one, that say how its values are meant: numbers and texts, by their names.
struct DatasetAttributes {
  enum Value: Equatable {
    /// Numbers, with the type that they are stored as.
    case numbers([Double], StoredNumber)
    case text(String)
  }

  /// What the names of other attributes, of which there may be any number and size, are not among.
  static let known = [
    "_FillValue", "missing_value", "scale_factor", "add_offset", "_Unsigned", "MATLAB_class", "encoding-type",
    "shape", "h5sparse_format", "h5sparse_shape",
  ]
  /// Values that are more than that are not for a whole dataset.
  private static let mostNumbers = 64

  private(set) var values: [String: Value] = [:]

  init() {}

  /// Reads the attributes in an object's header, and those in a heap where there are many.
  init(_ header: ObjectHeader, _ file: MetadataFile) throws(StorageError) {
    for message in header.messages where message.kind == .attribute && !message.isShared {
      try add(message.cursor)
    }
    if let info = header.first(.attributeInfo) { try addDense(info.cursor, file) }
  }

  /// Many attributes stand in a heap, found through a tree by name.
  private mutating func addDense(_ info: MetadataCursor, _ file: MetadataFile) throws(StorageError) {
    var info = info
    try info.require(try info.byte() == 0)
    let flags = try info.byte()
    if flags & 0x01 != 0 { try info.skip(2) }
    let (heap, names) = (try info.address(), try info.address())
    guard let heap else { return }
    guard let names else { throw info.damage }
    var objects = try FractalHeap(file, at: heap, identifierBytes: Self.identifierBytes)
    // A record is where the attribute is in the heap, its flags, its place in the order of creation, a hash of its name.
    for record in try Tree2(file, at: names, type: 8, recordBytes: Self.identifierBytes + 9).records() {
      let isShared = record[record.startIndex + Self.identifierBytes] & 0x02 != 0
      if !isShared { try add(try objects.object(record.prefix(Self.identifierBytes))) }
    }
  }

  /// Bytes by which an attribute in a heap is known.
  private static let identifierBytes = 8

  subscript(name: String) -> Value? { values[name] }

  /// The numbers of an attribute; nil if it has none.
  func numbers(_ name: String) -> [Double]? {
    if case .numbers(let numbers, _) = values[name] { numbers } else { nil }
  }

  /// An attribute message. What is of another kind than is read here is passed over.
  private mutating func add(_ cursor: MetadataCursor) throws(StorageError) {
    var cursor = cursor
    let version = try cursor.byte()
    let flags = try cursor.byte()
    try cursor.require((1...3).contains(version))
    let (nameBytes, typeBytes) = (try cursor.integer(2), try cursor.integer(2))
    let spaceBytes = try cursor.integer(2)
    if version == 3 { try cursor.skip(1) }
    func padded(_ length: Int) -> Int { version == 1 ? (length + 7) / 8 * 8 : length }
    let bytes = try cursor.take(padded(nameBytes)).prefix(nameBytes).prefix { $0 != 0 }
    let name = String(decoding: bytes, as: UTF8.self)
    guard Self.known.contains(name), version == 1 || flags & 0x03 == 0 else { return }
    let typeContent = try cursor.take(padded(typeBytes)).prefix(typeBytes)
    let type = try Datatype(MetadataCursor(cursor.file, typeContent, cursor.subject))
    let spaceContent = try cursor.take(padded(spaceBytes)).prefix(spaceBytes)
    let space = try DatasetMetadata.shape(MetadataCursor(cursor.file, spaceContent, cursor.subject)).shape
    guard let space, let count = product(space), (1...Self.mostNumbers).contains(count) else { return }
    try addValue(name, type, count, cursor)
  }

  private mutating func addValue(
    _ name: String, _ type: Datatype, _ count: Int, _ cursor: MetadataCursor
  ) throws(StorageError) {
    var cursor = cursor
    switch type.kind {
    case .text(let padding):
      values[name] = .text(String(decoding: padding.text(try cursor.take(type.byteCount)), as: UTF8.self))
    case .variableText(let padding):
      let element = try cursor.take(type.byteCount)
      let text = try cursor.file.heapObject(MetadataCursor(cursor.file, element, cursor.subject))
      values[name] = .text(String(decoding: padding.text(text), as: UTF8.self))
    default:
      guard let number = StoredNumber(type) else { return }
      let conversion = ElementConversion(number, to: .float64)
      let content = Array(try cursor.take(count * type.byteCount))
      var numbers = [Double](repeating: 0, count: count)
      content.withUnsafeBytes { source in
        numbers.withUnsafeMutableBytes { target in
          guard let source = source.baseAddress, let target = target.baseAddress else { return }
          conversion.convert(
            source, sourceStep: type.byteCount, to: target, targetStep: MemoryLayout<Double>.size,
            count: count)
        }
      }
      values[name] = .numbers(numbers, number)
    }
  }
}
