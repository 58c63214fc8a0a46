/// Paths and names, which are bytes of any kind but NUL, as texts and back without loss.
///
/// Bytes that are not UTF-8 become scalars of a private range, U+10FF00 plus the byte, as Python's "surrogateescape"
/// (PEP 383) turns them into surrogates, which Swift's strings cannot hold. UTF-8 for a scalar of that range counts as
/// such bytes, so every text stands for one name only.
extension String {
  private static let escape: UInt32 = 0x10FF00
  private static let escapes: ClosedRange<UInt32> = 0x10FF80...0x10FFFF

  /// The text for a path or a name.
  public init(systemBytes bytes: some Collection<UInt8>) {
    var text = String.UnicodeScalarView()
    var (parser, source, position) = (UTF8.ForwardParser(), bytes.makeIterator(), bytes.startIndex)
    while true {
      let scalar: Unicode.Scalar?
      let count: Int
      switch parser.parseScalar(from: &source) {
      case .valid(let encoded): (scalar, count) = (UTF8.decode(encoded), encoded.count)
      case .error(let length): (scalar, count) = (nil, length)
      case .emptyInput:
        self.init(text)
        return
      }
      let end = bytes.index(position, offsetBy: count)
      if let scalar, !Self.escapes.contains(scalar.value) {
        text.append(scalar)
      } else {
        for byte in bytes[position..<end] {
          Unicode.Scalar(Self.escape + UInt32(byte)).map { text.append($0) }
        }
      }
      position = end
    }
  }

  /// The text for a path or a name that ends at its first NUL.
  public init(systemCString pointer: UnsafePointer<CChar>) {
    var end = pointer
    while end.pointee != 0 { end += 1 }
    let bytes = UnsafeRawBufferPointer(start: pointer, count: end - pointer)
    self.init(systemBytes: bytes)
  }

  /// The bytes that the text stands for.
  public var systemBytes: [UInt8] {
    var bytes: [UInt8] = []
    for scalar in unicodeScalars {
      if Self.escapes.contains(scalar.value) {
        bytes.append(UInt8(truncatingIfNeeded: scalar.value))
      } else {
        bytes += UTF8.encode(scalar).map { Array($0) } ?? []
      }
    }
    return bytes
  }

  /// Calls `body` with those bytes and a NUL, as the system takes them.
  func withSystemCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    var bytes = systemBytes.map { CChar(bitPattern: $0) }
    bytes.append(0)
    // Swift passes an array to a function as the address of its first element.
    return body(bytes)
  }

  /// The text for messages: bytes that are not UTF-8 as \xE9 and so on.
  public var printable: String {
    guard unicodeScalars.contains(where: { Self.escapes.contains($0.value) }) else { return self }
    return unicodeScalars.reduce(into: "") { text, scalar in
      if Self.escapes.contains(scalar.value) {
        text += "\\x" + String(UInt8(truncatingIfNeeded: scalar.value), radix: 16, uppercase: true)
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }
}
