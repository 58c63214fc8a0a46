/// A line of samples as CCSDS 121.0-B-3 (lossless data compression) codes it: blocks of an option each, which takes 3 bits,
/// or 4 or 5 for samples of more than 8 or 16 bits.
///
/// - all ones: samples as they are;
/// - k + 1: for each sample how much it has above its k low bits, as so many zeros and a one; then all low bits;
/// - 0, then a one: pairs of samples, as their number in a table;
/// - 0, then a zero: blocks of zeros.
///
/// Where samples are predicted, the first of a line is as it is, behind the option; the others are what they differ by
/// from the one before, mapped to numbers without a sign.
struct RiceLine {
  let sampleBits: Int
  let blockSamples: Int
  let samples: Int
  let isPredicted: Bool

  /// Samples of a line with those that pad it.
  var room: Int { (samples + blockSamples - 1) / blockSamples * blockSamples }

  private var optionBits: Int { sampleBits > 16 ? 5 : sampleBits > 8 ? 4 : 3 }
  private var greatest: UInt32 { 1 << UInt32(sampleBits) - 1 }
  /// So many blocks of zeros, less one, mean all up to the end of 64 blocks or of the line.
  private static let restOfSegment = 4
  private static let segmentBlocks = 64
  /// The number of the last pair in the table.
  private static let lastPair = 90

  /// Reads a line as far as `wanted` samples need it, into memory for `room` of them; false if it is damaged.
  func read(_ reader: inout BitReader, _ wanted: Int, to line: UnsafeMutableBufferPointer<UInt32>) -> Bool {
    var place = 0
    while place < wanted {
      guard let end = readBlock(&reader, place, line) else { return false }
      place = end
    }
    if isPredicted { predict(line, wanted) }
    return true
  }

  /// Reads the block, or blocks of zeros, at a place; returns their end, nil if they are damaged.
  private func readBlock(
    _ reader: inout BitReader, _ place: Int, _ line: UnsafeMutableBufferPointer<UInt32>
  ) -> Int? {
    guard reader.hasBits(optionBits, times: 1) else { return nil }
    let option = Int(reader.next(optionBits))
    let isFirst = place == 0 && isPredicted
    let end = place + blockSamples
    if option == 1 << optionBits - 1 {
      return readWhole(&reader, place..<end, line) ? end : nil
    }
    guard option == 0 else {
      guard !isFirst || readWhole(&reader, place..<place + 1, line) else { return nil }
      return readSplit(&reader, place + (isFirst ? 1 : 0)..<end, option - 1, line) ? end : nil
    }
    guard reader.hasBits(1, times: 1) else { return nil }
    let isPairs = reader.next(1) == 1
    guard !isFirst || readWhole(&reader, place..<place + 1, line) else { return nil }
    if isPairs { return readPairs(&reader, place..<end, isFirst, line) ? end : nil }
    guard let blocks = zeroBlocks(&reader, place / blockSamples) else { return nil }
    let first = place + (isFirst ? 1 : 0)
    let last = place + blocks * blockSamples
    line[first..<last].update(repeating: 0)
    return last
  }

  private func readWhole(
    _ reader: inout BitReader, _ range: Range<Int>, _ line: UnsafeMutableBufferPointer<UInt32>
  ) -> Bool {
    guard reader.hasBits(sampleBits, times: range.count) else { return false }
    for index in range { line[index] = UInt32(truncatingIfNeeded: reader.next(sampleBits)) }
    return true
  }

  private func readSplit(
    _ reader: inout BitReader, _ range: Range<Int>, _ lowBits: Int, _ line: UnsafeMutableBufferPointer<UInt32>
  ) -> Bool {
    for index in range {
      guard let high = reader.nextZeros(), high <= Int(greatest) >> lowBits else { return false }
      line[index] = UInt32(high << lowBits)
    }
    guard lowBits > 0 else { return true }
    guard reader.hasBits(lowBits, times: range.count) else { return false }
    for index in range { line[index] |= UInt32(truncatingIfNeeded: reader.next(lowBits)) }
    return true
  }

  /// Pair n of the table: with d the greatest number whose triangle d (d + 1) / 2 is no more than n, the second sample is
  /// n less that triangle, and both together are d. Of a first pair the first sample is there already.
  private func readPairs(
    _ reader: inout BitReader, _ range: Range<Int>, _ isFirst: Bool,
    _ line: UnsafeMutableBufferPointer<UInt32>
  ) -> Bool {
    for index in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
      guard let number = reader.nextZeros(), number <= Self.lastPair else { return false }
      var (sum, triangle) = (0, 0)
      while triangle + sum + 1 <= number {
        sum += 1
        triangle += sum
      }
      let second = number - triangle
      guard sum <= Int(greatest) else { return false }
      if !(isFirst && index == range.lowerBound) { line[index] = UInt32(sum - second) }
      line[index + 1] = UInt32(second)
    }
    return true
  }

  private func zeroBlocks(_ reader: inout BitReader, _ block: Int) -> Int? {
    guard let number = reader.nextZeros() else { return nil }
    let left = room / blockSamples - block
    if number == Self.restOfSegment { return min(left, Self.segmentBlocks - block % Self.segmentBlocks) }
    let blocks = number > Self.restOfSegment ? number : number + 1
    return blocks <= left ? blocks : nil
  }

  /// Adds differences up. They go up and down in turn as far as both are possible, then on where only one is.
  private func predict(_ line: UnsafeMutableBufferPointer<UInt32>, _ count: Int) {
    let middle = greatest / 2 + 1
    var value = line[0]
    for index in 1..<max(count, 1) {
      let mapped = line[index]
      let mirror = value & middle == 0 ? 0 : greatest
      let half = mapped / 2 + mapped & 1
      if half <= mirror ^ value {
        value = mapped & 1 == 0 ? value &+ half : value &- half
      } else {
        value = mirror ^ mapped
      }
      line[index] = value
    }
  }
}
