import Testing

@testable import VaelibStorage

/// HDF5's filter n-bit: parameters and what they make of bits.
@Suite struct NBitTests {
  /// Undoes the filter; nil if it cannot.
  static func decode(_ parameters: [UInt32]) -> (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) ->
    Int?
  {
    { input, output in
      let bits = NBit(parameters, chunkBytes: output.count)
      return bits?.restore(input, into: output.baseAddress!) == true ? output.count : nil
    }
  }

  private func restored(_ parameters: [UInt32], _ input: [UInt8], _ count: Int) -> [UInt8]? {
    var output = [UInt8](repeating: 0xEE, count: count)
    let written = input.withUnsafeBytes { input in
      output.withUnsafeMutableBytes { Self.decode(parameters)(input, $0) }
    }
    return written.map { _ in output }
  }

  @Test func numbersOfEitherOrder() {
    // 5 bits, 3 above the lowest: 10110 and 00111.
    let input: [UInt8] = [0b1011_0001, 0b1100_0000]
    #expect(restored([8, 0, 2, 1, 2, 0, 5, 3], input, 4) == [0b1011_0000, 0, 0b0011_1000, 0])
    #expect(restored([8, 0, 2, 1, 2, 1, 5, 3], input, 4) == [0, 0b1011_0000, 0, 0b0011_1000])
    // 5 bits, 6 above the lowest, in three bytes.
    #expect(restored([8, 0, 2, 1, 3, 0, 5, 6], input, 6) == [0b1000_0000, 0b101, 0, 0b1100_0000, 0b001, 0])
    #expect(restored([8, 0, 2, 1, 3, 1, 5, 6], input, 6) == [0, 0b101, 0b1000_0000, 0, 0b001, 0b1100_0000])
  }

  @Test func wideNumbers() {
    // 60 bits and 70 bits do not fit what is read at once.
    let input: [UInt8] = [0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC, 0xDE, 0xF0, 0xFF]
    #expect(
      restored([8, 0, 1, 1, 8, 1, 60, 0], input, 8) == [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF])
    #expect(
      restored([8, 0, 1, 1, 9, 1, 68, 0], input, 9) == [0x1, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0x0F])
    #expect(restored([8, 0, 1, 1, 9, 0, 72, 0], input, 9) == Array(input.reversed()))
  }

  @Test func partsOfElements() {
    // A compound of 6 bytes: 4 bits of a byte at 5; a byte as it is at 0; an array of two numbers of 6 bits at 1.
    let parameters: [UInt32] = [25, 0, 1, 3, 6, 3, 5, 1, 1, 0, 4, 0, 0, 4, 1, 1, 2, 2, 1, 1, 0, 6, 0]
    let input: [UInt8] = [0b1001_1010, 0b1011_0000, 0b0111_1110]
    let counted = [UInt32(parameters.count)] + parameters[1...]
    #expect(restored(counted, input, 6) == [0b1010_1011, 0b000001, 0b111110, 0, 0, 0b1001])
    // The number of parameters is the first of them.
    #expect(restored(parameters, input, 6) == nil)
  }

  @Test func parametersThatMakeNoSense() {
    let input = [UInt8](repeating: 0xFF, count: 64)
    let sensible: [UInt32] = [8, 0, 2, 1, 2, 0, 5, 3]
    #expect(restored(sensible, input, 4) != nil)
    for (place, value) in [(0, 9), (2, 3), (3, 0), (3, 5), (4, 0), (4, 4), (5, 2), (6, 0), (6, 14), (7, 12)] {
      var parameters = sensible
      parameters[place] = UInt32(value)
      #expect(restored(parameters, input, 4) == nil, "\(place) \(value)")
    }
    for count in 0..<8 {
      #expect(restored([UInt32(count)] + sensible[1..<max(1, count)], input, 4) == nil)
    }
    // A part beyond the end; parts that have more bytes than the whole; an array of numbers and a half.
    #expect(restored([11, 0, 1, 3, 4, 1, 3, 4, 2], input, 4) == nil)
    #expect(restored([9, 0, 1, 3, 4, 1, 3, 4, 2], input, 4) == nil)
    #expect(restored([9, 0, 1, 3, 4, 1, 2, 4, 2], input, 4) != nil)
    #expect(restored([12, 0, 1, 3, 4, 2, 0, 4, 3, 1, 4, 2], input, 4) == nil)
    #expect(restored([7, 0, 1, 2, 4, 4, 3], input, 4) == nil)
  }

  @Test func depthIsLimited() {
    for (depth, isRead) in [(Datatype.depthLimit - 1, true), (Datatype.depthLimit, false), (10_000, false)] {
      var parameters: [UInt32] = [UInt32(5 + 2 * depth), 0, 1]
      for _ in 0..<depth { parameters += [2, 4] }
      parameters += [4, 4]
      #expect((restored(parameters, [1, 2, 3, 4], 4) == [1, 2, 3, 4]) == isRead)
    }
  }

  @Test func whatLibhdf5LosesIsNotMadeUp() {
    // Behind an array of arrays it reads the parameters of another part.
    let array: [UInt32] = [2, 4, 2, 2, 4, 1]
    #expect(restored([14, 0, 1, 3, 5, 1, 1] + array + [0], Array(repeating: 7, count: 5), 5) == nil)
    #expect(restored([13, 0, 1, 3, 5, 1, 1] + array, Array(repeating: 7, count: 5), 5) == [0, 7, 7, 7, 7])
    let both: [UInt32] = [3, 5, 2, 0] + array + [4, 4, 1]
    #expect(restored([UInt32(3 + both.count), 0, 1] + both, Array(repeating: 7, count: 5), 5) == nil)
    let other: [UInt32] = [3, 5, 2, 4, 4, 1, 0] + array
    #expect(restored([UInt32(3 + other.count), 0, 1] + other, Array(repeating: 7, count: 5), 5) != nil)
  }

  @Test func chunksWithoutThatFilterStayAsTheyAre() {
    #expect(NBit.changesNothing([3, 1, 8]) && !NBit.changesNothing([8, 0, 2]) && !NBit.changesNothing([3]))
  }
}
