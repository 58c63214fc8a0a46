/// A table for decoding a canonical Huffman code of up to 15 bits: the next `bits` bits of the input select an entry,
/// and for longer codes a second table.
struct HuffmanTable: ~Copyable {
  /// What a code stands for.
  struct Entry {
    static let literalFlag: UInt32 = 1 << 31
    static let exceptionFlag: UInt32 = 1 << 15
    static let subtableFlag: UInt32 = 1 << 14
    static let endFlag: UInt32 = 1 << 13
    /// No code leads here.
    static let invalid = Entry(word: exceptionFlag)

    /// Bits 0 to 6: how many bits to skip, or of a second table's number; 8 to 12: how many of them are the code;
    /// 16 to 30: a literal, the least length or distance, or where the second table begins; above: what it is.
    var word: UInt32

    @inline(__always) var isLiteral: Bool { word & Self.literalFlag != 0 }
    @inline(__always) var isExceptional: Bool { word & Self.exceptionFlag != 0 }
    @inline(__always) var isSubtable: Bool { word & Self.subtableFlag != 0 }
    @inline(__always) var isEnd: Bool { word & Self.endFlag != 0 }
    @inline(__always) var bits: Int { Int(word & 0x7F) }
    @inline(__always) var codeBits: Int { Int(word >> 8 & 0x1F) }
    @inline(__always) var base: Int { Int(word >> 16 & 0x7FFF) }
    @inline(__always) var literal: UInt8 { UInt8(truncatingIfNeeded: word >> 16) }

    /// The entry for a code of `length` bits.
    func withCode(_ length: Int) -> Entry {
      Entry(word: word + UInt32(length) << 8 + UInt32(length))
    }
  }

  /// The longest code.
  private static let longest = 15

  let entries: UnsafeMutablePointer<Entry>
  private let bits: Int
  private let capacity: Int

  /// A table for codes of at most `symbols` symbols. Each second table serves two of them or more.
  init(bits: Int, symbols: Int) {
    self.bits = bits
    capacity = 1 << bits + (symbols / 2) << max(0, Self.longest - bits)
    entries = .allocate(capacity: capacity)
    entries.initialize(repeating: .invalid, count: capacity)
  }

  deinit { entries.deallocate() }

  /// Makes the table for the code whose symbol s has `lengths[s]` bits, 0 for none. `entry` tells what a symbol stands
  /// for; nil for one that must not be used. False if no code has these lengths; one with a single symbol may be
  /// incomplete (RFC 1951, section 3.2.7).
  mutating func build(_ lengths: UnsafeBufferPointer<UInt8>, entry: (Int) -> Entry?) -> Bool {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 2 * (Self.longest + 1)) { scratch in
      let counts = UnsafeMutableBufferPointer(rebasing: scratch[...Self.longest])
      let codes = UnsafeMutableBufferPointer(rebasing: scratch[(Self.longest + 1)...])
      counts.update(repeating: 0)
      for length in lengths { counts[Int(length)] += 1 }
      let used = lengths.count - counts[0]
      counts[0] = 0
      var (code, room) = (0, 1)
      for length in 1...Self.longest {
        code = (code + counts[length - 1]) << 1
        codes[length] = code
        room = room << 1 - counts[length]
        if room < 0 { return false }
      }
      if room > 0 && used > 1 { return false }
      entries.update(repeating: .invalid, count: 1 << bits)
      return fill(lengths, counts, codes, entry)
    }
  }

  /// Enters all codes, from short to long.
  private func fill(
    _ lengths: UnsafeBufferPointer<UInt8>, _ counts: UnsafeMutableBufferPointer<Int>,
    _ codes: UnsafeMutableBufferPointer<Int>, _ entry: (Int) -> Entry?
  ) -> Bool {
    var end = 1 << bits
    return withUnsafeTemporaryAllocation(of: Int.self, capacity: lengths.count) { symbols in
      let used = Self.sort(lengths, counts, into: symbols)
      for symbol in symbols[..<used] {
        let length = Int(lengths[symbol])
        let code = Self.reversed(codes[length], length)
        codes[length] += 1
        let meaning = entry(symbol) ?? .invalid
        if length <= bits {
          let filled = meaning.withCode(length)
          for place in stride(from: code, to: 1 << bits, by: 1 << length) { entries[place] = filled }
        } else if !add(meaning, code, length, &end) {
          return false
        }
      }
      return true
    }
  }

  /// Lists the symbols that have codes by length, then number; returns how many there are.
  private static func sort(
    _ lengths: UnsafeBufferPointer<UInt8>, _ counts: UnsafeMutableBufferPointer<Int>,
    into symbols: UnsafeMutableBufferPointer<Int>
  ) -> Int {
    // From here on a count is the place of the next symbol of that length.
    var used = 0
    for length in 1...longest {
      let count = counts[length]
      counts[length] = used
      used += count
    }
    for symbol in lengths.indices where lengths[symbol] > 0 {
      let length = Int(lengths[symbol])
      symbols[counts[length]] = symbol
      counts[length] += 1
    }
    return used
  }

  /// Enters a code that is longer than the table's bits. Second tables have room for the longest codes.
  private func add(_ meaning: Entry, _ code: Int, _ length: Int, _ end: inout Int) -> Bool {
    let rest = Self.longest - bits
    let place = code & (1 << bits - 1)
    if !entries[place].isSubtable {
      guard end + 1 << rest <= capacity else { return false }
      entries[place] = Entry(
        word: Entry.exceptionFlag | Entry.subtableFlag | UInt32(end) << 16 | UInt32(rest))
      (entries + end).update(repeating: .invalid, count: 1 << rest)
      end += 1 << rest
    }
    let first = entries[place].base
    let filled = meaning.withCode(length - bits)
    for index in stride(from: code >> bits, to: 1 << rest, by: 1 << (length - bits)) {
      entries[first + index] = filled
    }
    return true
  }

  /// The lowest `width` bits in reverse order: codes are packed highest bit first.
  private static func reversed(_ code: Int, _ width: Int) -> Int {
    var reversed = UInt16(truncatingIfNeeded: code)
    reversed = reversed >> 8 | reversed << 8
    reversed = reversed >> 4 & 0x0F0F | (reversed & 0x0F0F) << 4
    reversed = reversed >> 2 & 0x3333 | (reversed & 0x3333) << 2
    reversed = reversed >> 1 & 0x5555 | (reversed & 0x5555) << 1
    return Int(reversed) >> (16 - width)
  }
}
