/// What the symbols of DEFLATE stand for (RFC 1951, section 3.2.5).
enum DeflateSymbol {
  typealias Entry = HuffmanTable.Entry

  /// The order in which a block gives the lengths of the codes for code lengths.
  static let codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

  /// 0 to 255: a byte; 256: the end of the block; 257 to 285: the length of a match.
  static func literalOrLength(_ symbol: Int) -> Entry? {
    if symbol < 256 { return Entry(word: Entry.literalFlag | UInt32(symbol) << 16) }
    if symbol == 256 { return Entry(word: Entry.exceptionFlag | Entry.endFlag) }
    if symbol == 285 { return Entry(word: 258 << 16) }
    guard symbol < 285 else { return nil }
    let (base, extra) = ladder(symbol - 257, steps: 4)
    return Entry(word: UInt32(base + 3) << 16 | UInt32(extra))
  }

  /// 0 to 29: the distance of a match.
  static func distance(_ symbol: Int) -> Entry? {
    guard symbol < 30 else { return nil }
    let (base, extra) = ladder(symbol, steps: 2)
    return Entry(word: UInt32(base + 1) << 16 | UInt32(extra))
  }

  /// 0 to 15: a length; 16 to 18: a repetition.
  static func codeLength(_ symbol: Int) -> Entry? { Entry(word: UInt32(symbol) << 16) }

  /// Numbers from 0 on in ranges of 1, each doubled after every `steps` ranges: where range `index` begins, and how many
  /// bits follow to tell its numbers apart. The first 2 `steps` ranges have no bits.
  private static func ladder(_ index: Int, steps: Int) -> (base: Int, extra: Int) {
    let octave = index / steps
    guard octave > 1 else { return (index, 0) }
    return ((steps + index % steps) << (octave - 1), octave - 1)
  }
}
