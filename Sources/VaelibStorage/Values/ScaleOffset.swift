import Glibc

/// Undoes HDF5's filter "scaleoffset" (H5Zscaleoffset.c of HDF5 1.10): numbers of as few bits as their range needs, above
/// the least of them; of real numbers so many decimals.
///
/// A chunk is the number of bits (4 bytes), the size of the least number (1), that number (8), 8 bytes that mean nothing,
/// then the numbers, one after the other, the highest bit of each first. A number of all ones stands for the fill value,
/// if there is one.
struct ScaleOffset {
  private enum Kind: Equatable {
    case integer
    case real(scale: Int)
  }

  private static let headBytes = 21
  private let kind: Kind
  private let elementBytes: Int
  private let isBigEndian: Bool
  private let fillValue: UInt64?
  private let count: Int

  /// nil for parameters that make no sense for elements of so many bytes.
  init?(_ values: [UInt32], chunkBytes: Int, elementBytes: Int) {
    guard values.count >= 8, [1, 2, 4, 8].contains(elementBytes), Int(values[4]) == elementBytes,
      Int(values[2]) == chunkBytes / elementBytes
    else { return nil }
    switch (values[0], values[3]) {
    case (2, 0): kind = .integer
    case (0, 1) where elementBytes >= 4: kind = .real(scale: Int(Int32(bitPattern: values[1])))
    default: return nil
    }
    self.elementBytes = elementBytes
    count = chunkBytes / elementBytes
    isBigEndian = values[6] == 1
    if values[7] == 1 {
      guard values.count >= 9 + (elementBytes == 8 ? 1 : 0) else { return nil }
      fillValue = UInt64(values[8]) | (elementBytes == 8 ? UInt64(values[9]) << 32 : 0)
    } else {
      fillValue = nil
    }
  }

  /// Fills `output`, which has room for the chunk; false if the input is damaged. What follows the numbers is ignored.
  func restore(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawPointer) -> Bool {
    guard input.count >= Self.headBytes else { return false }
    let bits = Int(UInt32(littleEndian: input.loadUnaligned(as: UInt32.self)))
    let least = UInt64(littleEndian: input.loadUnaligned(fromByteOffset: 5, as: UInt64.self))
    guard bits <= 8 * elementBytes else { return false }
    var reader = BitReader(UnsafeRawBufferPointer(rebasing: input[Self.headBytes...]))
    guard bits < 8 * elementBytes else {
      guard input.count - Self.headBytes >= count * elementBytes, let base = input.baseAddress else {
        return false
      }
      // Such a chunk is stored in the order of this filter's own numbers.
      for index in 0..<count {
        var word: UInt64 = 0
        memcpy(&word, base + Self.headBytes + index * elementBytes, elementBytes)
        store(word, index, output)
      }
      return true
    }
    guard reader.hasBits(bits, times: count) else { return false }
    let ones: UInt64 = 1 << UInt64(bits) - 1
    for index in 0..<count {
      let word = reader.next(bits)
      let isFill = fillValue != nil && word == ones
      store(isFill ? fillValue ?? 0 : value(word, above: least), index, output)
    }
    return true
  }

  /// The bits of a number that is `word` above the least one.
  private func value(_ word: UInt64, above least: UInt64) -> UInt64 {
    switch kind {
    case .integer: return word &+ least
    case .real(let scale):
      let power = pow(10, Double(scale))
      if elementBytes == 4 {
        let number = Float(Int32(truncatingIfNeeded: word)) / Float(power)
        return UInt64((number + Float(bitPattern: UInt32(truncatingIfNeeded: least))).bitPattern)
      }
      return (Double(Int64(bitPattern: word)) / power + Double(bitPattern: least)).bitPattern
    }
  }

  private func store(_ word: UInt64, _ index: Int, _ output: UnsafeMutableRawPointer) {
    let place = output + index * elementBytes
    switch elementBytes {
    case 1: place.storeBytes(of: UInt8(truncatingIfNeeded: word), as: UInt8.self)
    case 2: store(UInt16(truncatingIfNeeded: word), place)
    case 4: store(UInt32(truncatingIfNeeded: word), place)
    default: store(word, place)
    }
  }

  private func store<Word: FixedWidthInteger & BitwiseCopyable>(
    _ word: Word, _ place: UnsafeMutableRawPointer
  ) {
    place.storeBytes(of: isBigEndian ? word.bigEndian : word.littleEndian, as: Word.self)
  }
}
