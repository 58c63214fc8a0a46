import Glibc

/// Undoes HDF5's filter "n-bit" (H5Znbit.c of HDF5 1.10): of each number only the bits that count are stored.
///
/// A chunk is its elements, their parts in the order of the parameters, without a gap, the highest bit of each first. Bits
/// that were left out become zeros, as does what lies between the parts of an element.
struct NBit {
  private let element: NBitPart
  private let count: Int

  /// Whether a chunk is stored as it is: numbers of which every bit counts, texts and enumerations.
  static func changesNothing(_ values: [UInt32]) -> Bool { values.count >= 2 && values[1] != 0 }

  /// nil for parameters that make no sense for chunks of so many bytes.
  init?(_ values: [UInt32], chunkBytes: Int) {
    guard values.count >= 5, Int(values[0]) == values.count else { return nil }
    var rest = values[3...]
    guard let element = NBitPart(&rest), rest.isEmpty else { return nil }
    let (byteCount, overflow) = element.byteCount.multipliedReportingOverflow(by: Int(values[2]))
    guard !overflow, byteCount == chunkBytes else { return nil }
    self.element = element
    count = Int(values[2])
  }

  /// Fills `output`, which has room for the chunk; false if the input is too short. What follows the numbers is ignored.
  func restore(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer) -> Bool {
    var reader = BitReader(input)
    guard reader.hasBits(element.bitCount, times: count) else { return false }
    memset(output, 0, count * element.byteCount)
    element.restore(&reader, to: output, count: count)
    return true
  }
}

/// An element or a part of one, as the parameters of the filter describe it.
indirect enum NBitPart {
  case number(NBitNumber)
  /// What is stored as it is.
  case bytes(Int)
  case array(of: NBitPart, count: Int)
  case compound([(offset: Int, part: NBitPart)], byteCount: Int, bitCount: Int)

  /// Takes the part that `values` begins with; nil if there is none.
  init?(_ values: inout ArraySlice<UInt32>, depth: Int = 0) {
    guard depth < Datatype.depthLimit, let kind = values.popFirst(), let size = values.popFirst(), size > 0
    else {
      return nil
    }
    let byteCount = Int(size)
    switch kind {
    case 1:
      guard let number = NBitNumber(&values, byteCount) else { return nil }
      self = .number(number)
    case 2:
      guard let element = NBitPart(&values, depth: depth + 1), byteCount % element.byteCount == 0 else {
        return nil
      }
      self = .array(of: element, count: byteCount / element.byteCount)
    case 3:
      guard let parts = Self.parts(&values, byteCount, depth) else { return nil }
      self = .compound(parts, byteCount: byteCount, bitCount: parts.reduce(0) { $0 + $1.part.bitCount })
    case 4: self = .bytes(byteCount)
    default: return nil
    }
  }

  /// The parts of a compound, each inside it; together they have no more bytes than it, so their bits are bounded, too.
  private static func parts(
    _ values: inout ArraySlice<UInt32>, _ byteCount: Int, _ depth: Int
  ) -> [(offset: Int, part: NBitPart)]? {
    guard let count = values.popFirst(), count > 0 else { return nil }
    var parts: [(offset: Int, part: NBitPart)] = []
    var used = 0
    for _ in 0..<count {
      guard parts.last?.part.losesNext != true, let offset = values.popFirst(),
        let part = NBitPart(&values, depth: depth + 1), Int(offset) + part.byteCount <= byteCount
      else { return nil }
      used += part.byteCount
      guard used <= byteCount else { return nil }
      parts.append((Int(offset), part))
    }
    return parts
  }

  /// Whether libhdf5 (1.10 to 2.0) loses its place in the parameters behind this part, so that it stores nothing of what
  /// follows in a compound: an array of arrays or of compounds.
  private var losesNext: Bool {
    switch self {
    case .array(.array, _), .array(.compound, _): true
    case .compound(let parts, _, _): parts.last?.part.losesNext ?? false
    case .array, .number, .bytes: false
    }
  }

  var byteCount: Int {
    switch self {
    case .number(let number): number.byteCount
    case .bytes(let count): count
    case .array(let element, let count): element.byteCount * count
    case .compound(_, let byteCount, _): byteCount
    }
  }

  /// How many bits of a value are stored: at most all that its bytes have.
  var bitCount: Int {
    switch self {
    case .number(let number): number.bits.count
    case .bytes(let count): 8 * count
    case .array(let element, let count): element.bitCount * count
    case .compound(_, _, let bitCount): bitCount
    }
  }

  /// Writes `count` values, one behind the other, from as many bits as they have. `target` holds zeros.
  func restore(_ reader: inout BitReader, to target: UnsafeMutableRawPointer, count: Int) {
    switch self {
    case .number(let number): number.restore(&reader, to: target, count: count)
    case .bytes(let size):
      for index in 0..<count * size {
        target.storeBytes(of: UInt8(truncatingIfNeeded: reader.next(8)), toByteOffset: index, as: UInt8.self)
      }
    case .array(let element, let inner): element.restore(&reader, to: target, count: inner * count)
    case .compound(let parts, let byteCount, _):
      for index in 0..<count {
        for (offset, part) in parts {
          part.restore(&reader, to: target + index * byteCount + offset, count: 1)
        }
      }
    }
  }
}

/// A number of which the filter stores some bits, the lowest being bit 0.
struct NBitNumber {
  let byteCount: Int
  let bits: Range<Int>
  private let isBigEndian: Bool

  fileprivate init?(_ values: inout ArraySlice<UInt32>, _ byteCount: Int) {
    guard let order = values.popFirst(), let precision = values.popFirst(), let offset = values.popFirst(),
      order <= 1, precision > 0, Int(offset) + Int(precision) <= 8 * byteCount
    else { return nil }
    self.byteCount = byteCount
    isBigEndian = order == 1
    bits = Int(offset)..<Int(offset) + Int(precision)
  }

  fileprivate func restore(_ reader: inout BitReader, to target: UnsafeMutableRawPointer, count: Int) {
    switch byteCount {
    case 1: restore(&reader, to: target, count, UInt8.self)
    case 2: restore(&reader, to: target, count, UInt16.self)
    case 4: restore(&reader, to: target, count, UInt32.self)
    case 8: restore(&reader, to: target, count, UInt64.self)
    default:
      for index in 0..<count { restoreByBytes(&reader, to: target + index * byteCount) }
    }
  }

  @inline(__always)
  private func restore<Word: FixedWidthInteger & BitwiseCopyable>(
    _ reader: inout BitReader, to target: UnsafeMutableRawPointer, _ count: Int, _: Word.Type
  ) {
    for index in 0..<count {
      let word =
        Word(truncatingIfNeeded: reader.next(bits.count)) &<< Word(truncatingIfNeeded: bits.lowerBound)
      target.storeBytes(
        of: isBigEndian ? word.bigEndian : word.littleEndian, toByteOffset: index &* MemoryLayout<Word>.size,
        as: Word.self)
    }
  }

  /// Numbers of any size, such as the 10 bytes of a long double.
  private func restoreByBytes(_ reader: inout BitReader, to target: UnsafeMutableRawPointer) {
    for byte in (bits.lowerBound / 8...(bits.upperBound - 1) / 8).reversed() {
      let part = bits.clamped(to: 8 * byte..<8 * byte + 8)
      let value = reader.next(part.count) << UInt64(part.lowerBound - 8 * byte)
      target.storeBytes(
        of: UInt8(truncatingIfNeeded: value), toByteOffset: isBigEndian ? byteCount - 1 - byte : byte,
        as: UInt8.self)
    }
  }
}
