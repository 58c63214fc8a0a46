import Testing

@testable import VaelibNetworks

@Suite struct ParameterPartsTests {
  @Test(arguments: [
    [0..<0], [0..<1], [5..<20], [0..<100_000], [0..<313_600, 313_600..<314_000, 400_000..<716_000],
  ])
  func partsCoverEveryTensorOnceAndInOrder(tensors: [Range<Int>]) {
    let parts = ParameterParts(tensors)
    var ends = tensors.map(\.lowerBound)
    for part in 0..<parts.count {
      var size = 0
      parts.forEachRange(part) { tensor, range in
        #expect(range.lowerBound == ends[tensor] && !range.isEmpty)
        ends[tensor] = range.upperBound
        size += range.count
      }
      #expect(size <= 32_768 + 16 * tensors.count)
    }
    #expect(ends == tensors.map(\.upperBound))
  }

  @Test func aPartHasTheSameShareOfEachTensor() {
    let parts = ParameterParts([0..<320_000, 320_000..<640_000])
    for part in 0..<parts.count {
      parts.forEachRange(part) { tensor, range in
        let middle = Double(range.lowerBound + range.upperBound) / 2 - Double(tensor * 320_000)
        #expect(abs(middle / 320_000 - (Double(part) + 0.5) / Double(parts.count)) < 1e-3)
      }
    }
  }

  @Test func smallTensorsAreOnePart() {
    #expect(ParameterParts([0..<1920, 1920..<1984, 1984..<4032]).count == 1)
  }
}
