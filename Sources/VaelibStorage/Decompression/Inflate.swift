/// Undoes DEFLATE (RFC 1951) in its zlib envelope (RFC 1950), for data whose size is known beforehand.
///
/// Three times as fast as zlib's own inflate, which works on pieces of any size: here input and output are whole and
/// have room behind them, so that most checks can be left out of the inner loop. Whatever the input is, nothing outside
/// input and output with their slack is touched.
struct Inflate: ~Copyable {
  /// Bytes that may be read behind the input; zeros are best.
  static let inputSlack = 32
  /// Bytes that may be written behind the output: a match, and what its last copy writes too much.
  static let outputSlack = 320

  private var literals = HuffmanTable(bits: 11, symbols: 288)
  private var distances = HuffmanTable(bits: 8, symbols: 32)
  private var codeLengths = HuffmanTable(bits: 7, symbols: 19)

  /// Fills `output` exactly; false if the input is damaged or holds more or less.
  mutating func decompress(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer)
    -> Bool
  {
    guard let inputBase = input.baseAddress, let outputBase = output.baseAddress, input.count >= 6 else {
      return false
    }
    // RFC 1950: method 8, a window of at most 32 KiB, no dictionary, a check of both bytes.
    let (method, flags) = (Int(input[0]), Int(input[1]))
    guard method & 0xF == 8, method >> 4 <= 7, flags & 0x20 == 0, (method << 8 | flags) % 31 == 0 else {
      return false
    }
    var reader = BitReader(inputBase + 2, end: inputBase + input.count)
    var writer = Writer(outputBase, end: outputBase + output.count)
    var isLast = false
    while !isLast {
      guard reader.refill() else { return false }
      isLast = reader.take(1) == 1
      let isGood =
        switch reader.take(2) {
        case 0: Self.copyStored(&reader, &writer)
        case 1: makeFixedTables() && decode(&reader, &writer)
        case 2: readTables(&reader) && decode(&reader, &writer)
        default: false
        }
      guard isGood else { return false }
    }
    guard writer.next == writer.end, let trailer = reader.alignedBytes(4) else { return false }
    let expected = (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(trailer[$1]) }
    return Checksum.adler32(UnsafeRawBufferPointer(output)) == expected
  }

  /// Where decompressed bytes go.
  private struct Writer {
    let start: UnsafeMutableRawPointer
    let end: UnsafeMutableRawPointer
    var next: UnsafeMutableRawPointer

    init(_ start: UnsafeMutableRawPointer, end: UnsafeMutableRawPointer) {
      (self.start, self.end, next) = (start, end, start)
    }
  }

  // MARK: Blocks

  private static func copyStored(_ reader: inout BitReader, _ writer: inout Writer) -> Bool {
    guard let header = reader.alignedBytes(4) else { return false }
    let length = Int(header[0]) | Int(header[1]) << 8
    let complement = Int(header[2]) | Int(header[3]) << 8
    guard length ^ complement == 0xFFFF, length <= writer.end - writer.next,
      let bytes = reader.alignedBytes(length)
    else { return false }
    writer.next.copyMemory(from: bytes, byteCount: length)
    writer.next += length
    return true
  }

  /// The codes of RFC 1951, section 3.2.6.
  private mutating func makeFixedTables() -> Bool {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 288) { lengths in
      for symbol in 0..<288 {
        lengths[symbol] = symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8
      }
      guard literals.build(UnsafeBufferPointer(lengths), entry: DeflateSymbol.literalOrLength) else {
        return false
      }
      lengths.update(repeating: 5)
      return distances.build(UnsafeBufferPointer(rebasing: lengths[..<32]), entry: DeflateSymbol.distance)
    }
  }

  /// The codes of a block as RFC 1951, section 3.2.7, packs them.
  private mutating func readTables(_ reader: inout BitReader) -> Bool {
    let literalCount = reader.take(5) + 257
    let distanceCount = reader.take(5) + 1
    let lengthCount = reader.take(4) + 4
    let total = literalCount + distanceCount
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 320) { lengths in
      lengths.update(repeating: 0)
      for index in 0..<lengthCount {
        guard reader.refill() else { return false }
        lengths[DeflateSymbol.codeLengthOrder[index]] = UInt8(reader.take(3))
      }
      guard
        codeLengths.build(UnsafeBufferPointer(rebasing: lengths[..<19]), entry: DeflateSymbol.codeLength),
        readLengths(&reader, lengths, total)
      else { return false }
      let all = UnsafeBufferPointer(lengths)
      // Without an end no block ends.
      return literalCount <= 286 && lengths[256] > 0
        && literals.build(
          UnsafeBufferPointer(rebasing: all[..<literalCount]), entry: DeflateSymbol.literalOrLength)
        && distances.build(
          UnsafeBufferPointer(rebasing: all[literalCount..<total]), entry: DeflateSymbol.distance)
    }
  }

  private func readLengths(
    _ reader: inout BitReader, _ lengths: UnsafeMutableBufferPointer<UInt8>, _ total: Int
  ) -> Bool {
    var index = 0
    while index < total {
      guard reader.refill() else { return false }
      let entry = codeLengths.entries[reader.peek(7)]
      guard !entry.isExceptional else { return false }
      reader.skip(entry.bits)
      if entry.base < 16 {
        lengths[index] = UInt8(entry.base)
        index += 1
        continue
      }
      guard entry.base > 16 || index > 0 else { return false }
      let repeated = entry.base == 16 ? lengths[index - 1] : 0
      let count =
        entry.base == 16 ? 3 + reader.take(2) : entry.base == 17 ? 3 + reader.take(3) : 11 + reader.take(7)
      guard count <= total - index else { return false }
      for place in index..<index + count { lengths[place] = repeated }
      index += count
    }
    return true
  }

  /// Literals and matches to the end of the block.
  private func decode(_ readerState: inout BitReader, _ writerState: inout Writer) -> Bool {
    var reader = readerState
    let (start, end) = (writerState.start, writerState.end)
    var next = writerState.next
    let (literals, distances) = (literals.entries, distances.entries)
    while next <= end {
      guard reader.refill() else { return false }
      // At least 56 bits: three literals of 11 bits, or two and a length of 20.
      var entry = literals[reader.peek(11)]
      if entry.isLiteral {
        reader.skip(entry.bits)
        next.storeBytes(of: entry.literal, as: UInt8.self)
        next += 1
        entry = literals[reader.peek(11)]
        if entry.isLiteral {
          reader.skip(entry.bits)
          next.storeBytes(of: entry.literal, as: UInt8.self)
          next += 1
          entry = literals[reader.peek(11)]
          if entry.isLiteral {
            reader.skip(entry.bits)
            next.storeBytes(of: entry.literal, as: UInt8.self)
            next += 1
            continue
          }
        }
      }
      if entry.isExceptional {
        if entry.isSubtable {
          reader.skip(11)
          entry = literals[entry.base &+ reader.peek(entry.bits)]
        }
        if entry.isLiteral {
          reader.skip(entry.bits)
          next.storeBytes(of: entry.literal, as: UInt8.self)
          next += 1
          continue
        }
        if entry.isExceptional {
          guard entry.isEnd else { return false }
          reader.skip(entry.bits)
          readerState = reader
          writerState.next = next
          return true
        }
      }
      let length = entry.base &+ reader.takeExtra(entry)
      reader.refillOnceMore()
      var far = distances[reader.peek(8)]
      if far.isExceptional {
        guard far.isSubtable else { return false }
        reader.skip(8)
        far = distances[far.base &+ reader.peek(far.bits)]
        guard !far.isExceptional else { return false }
      }
      let distance = far.base &+ reader.takeExtra(far)
      guard distance <= next - start else { return false }
      Self.copyMatch(next, distance: distance, length: length)
      next += length
    }
    return false
  }

  /// Repeats what stands `distance` bytes before; writes up to 15 bytes too much.
  @inline(__always)
  private static func copyMatch(_ target: UnsafeMutableRawPointer, distance: Int, length: Int) {
    let source = target - distance
    var place = 0
    if distance >= 16 {
      repeat {
        (target + place).storeBytes(
          of: (source + place).loadUnaligned(as: SIMD16<UInt8>.self), as: SIMD16<UInt8>.self)
        place &+= 16
      } while place < length
    } else if distance == 1 {
      let bytes = SIMD16<UInt8>(repeating: source.load(as: UInt8.self))
      repeat {
        (target + place).storeBytes(of: bytes, as: SIMD16<UInt8>.self)
        place &+= 16
      } while place < length
    } else {
      repeat {
        target.storeBytes(
          of: source.load(fromByteOffset: place, as: UInt8.self), toByteOffset: place, as: UInt8.self)
        place &+= 1
      } while place < length
    }
  }
}
