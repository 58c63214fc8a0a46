/// Different names, numbered as they come.
struct NameTable {
  private var numbers: [[UInt8]: Int64] = [:]

  mutating func number(of name: some Collection<UInt8>) -> Int64 {
    let name = Array(name)
    if let known = numbers[name] { return known }
    let number = Int64(numbers.count)
    numbers[name] = number
    return number
  }

  /// The names in the order of their bytes, and the place in it of each by its number.
  var sorted: (names: [[UInt8]], places: [Int64]) {
    let ordered = numbers.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    var places = [Int64](repeating: 0, count: ordered.count)
    for (place, entry) in ordered.enumerated() { places[Int(entry.value)] = Int64(place) }
    return (ordered.map(\.key), places)
  }
}

extension Datatype.Padding {
  /// A stored text without its padding.
  func text<Bytes: BidirectionalCollection<UInt8>>(_ stored: Bytes) -> Bytes.SubSequence {
    var text = stored.prefix { $0 != 0 }
    if self == .space {
      while text.last == UInt8(ascii: " ") { text = text[..<text.index(before: text.endIndex)] }
    }
    return text
  }
}

extension Datatype {
  /// The integer that these bytes of it stand for; nil if that is beyond 64 bits, or this is no type of integers.
  func integer(_ bytes: [UInt8]) -> Int64? {
    guard case .integer(let bits, let isSigned) = kind, bytes.count == byteCount, byteCount <= 8 else {
      return nil
    }
    var word = (bits.isBigEndian ? bytes : bytes.reversed()).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    word >>= UInt64(bits.offset)
    let unused = UInt64(64 - bits.precision)
    if isSigned { return Int64(bitPattern: word << unused) >> Int64(unused) }
    return Int64(exactly: (word << unused) >> unused)
  }
}
