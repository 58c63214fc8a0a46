import Testing

@testable import VaelibNumerics

@Suite struct FloatBufferTests {
  /// From 1 MiB on buffers take whole large pages.
  @Test(arguments: [0, 1, 1000, (1 << 18) - 1, 1 << 18, 3 << 18, (3 << 18) + 1])
  func startsZeroedAndAligned(count: Int) throws {
    let buffer = try FloatBuffer(count: count)
    #expect(buffer.count == count && buffer.elements.count == count)
    #expect(UInt(bitPattern: buffer.base) % 64 == 0)
    #expect(buffer.elements.allSatisfy { $0 == 0 })
  }

  @Test(arguments: [-1, Int.max, Int.max / 4, Int.min])
  func impossibleSizesAreRefused(count: Int) {
    #expect(throws: NumericsError.outOfMemory(bytes: nil)) { try FloatBuffer(count: count) }
  }

  /// Memory that a buffer gave back is not empty.
  @Test func largeBuffersAreZeroedAgain() throws {
    for _ in 0..<4 {
      let buffer = try FloatBuffer(count: 3 << 18)
      #expect(buffer.elements.allSatisfy { $0 == 0 })
      buffer.elements.update(repeating: 1)
    }
  }

  @Test func whatTheSystemRefusesIsReported() {
    let count = 1 << 58
    #expect(throws: NumericsError.outOfMemory(bytes: 1 << 60)) { try FloatBuffer(count: count) }
  }
}
