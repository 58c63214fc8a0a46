import Testing

@testable import VaelibModels

@Suite struct ValueKindTests {
  private func kind(_ values: [Float]) throws -> ValueKind {
    try ValueKind.of(TestExamples(values, columns: 1).source)
  }

  @Test func binaryData() throws {
    #expect(try kind([0, 1, 1, 0]) == .binary)
    #expect(try kind([1]) == .binary)
  }

  @Test(arguments: [3, 4, 15, 16, 127, 128, 255, 256])
  func levels(_ steps: Int) throws {
    #expect(try kind((0...steps).map { Float($0) / Float(steps) }) == .levels)
    #expect(try kind((0...steps).map { Float($0) * (1 / Float(steps)) }) == .levels)
  }

  @Test(
    arguments: [[-1, 1], [0, 2], [0.1], [0, 0.123, 1], [.nan, 2], [1, .infinity], [0.25, 1 / 255.0]]
      as [[Float]])
  func realData(_ values: [Float]) throws {
    #expect(try kind(values) == .real)
  }

  @Test func missingNumbersArePassedOver() throws {
    #expect(try kind([.nan, 0, 1]) == .binary)
    #expect(try kind([0.25, .nan, 0.5, 0.75, 1]) == .levels)
  }

  /// Tables whose numbers were brought to [0, 1] and rounded are no pictures.
  @Test func decimals() throws {
    #expect(try kind((0...100).map { Float($0) / 100 }) == .real)
  }
}
