import Testing
import VaelibNumerics

@testable import VaelibModels

@Suite struct CorruptionTests {
  static let width = 100

  private func corruption(_ kind: CorruptionKind, _ level: Double, layer: Int = 0) -> Corruption {
    var configuration = LayerConfiguration()
    configuration.corruption = kind
    configuration.corruptionLevel = level
    configuration.corruptionLow = -2
    configuration.corruptionHigh = 3
    return Corruption(configuration, layer: layer)
  }

  /// Corrupts a row of sevens.
  private func corrupt(
    _ corruption: Corruption, epoch: Int = 1, example: Int = 0
  ) -> (values: [Float], touched: [Float]) {
    var values = [Float](repeating: 7, count: Self.width)
    var touched = [Float](repeating: .nan, count: Self.width)
    corruption.corrupt(
      &values, count: Self.width,
      stream: RandomPurpose.corruption.stream(seed: 5, epoch: epoch, example: example), touched: &touched)
    return (values, touched)
  }

  @Test(arguments: [0, 0.1, 0.255, 0.5, 1.0])
  func maskingTakesExactlyTheProportion(level: Double) {
    for example in 0..<50 {
      let (values, touched) = corrupt(corruption(.masking, level), example: example)
      #expect(values.filter { $0 == 0 }.count == Int((level * 100).rounded()))
      #expect(zip(values, touched).allSatisfy { ($0 == 0) == ($1 == 1) })
      #expect(values.allSatisfy { $0 == 0 || $0 == 7 })
    }
  }

  /// Every component is masked equally often: chi-square with 99 degrees of freedom.
  @Test func everyComponentIsChosenEquallyOften() {
    var counts = [Double](repeating: 0, count: Self.width)
    for example in 0..<4000 {
      let values = corrupt(corruption(.masking, 0.3), example: example).values
      for index in values.indices where values[index] == 0 { counts[index] += 1 }
    }
    // Drawn without replacement, so the variance is smaller than the Poisson one by 1 - 0.3.
    let chiSquare = counts.reduce(0) { $0 + ($1 - 1200) * ($1 - 1200) / (1200 * 0.7) }
    #expect(chiSquare > 60 && chiSquare < 150)
  }

  @Test func independentMaskingVaries() {
    let counts = (0..<2000).map { example in
      Double(
        corrupt(corruption(.independentMasking, 0.3), example: example).values.filter { $0 == 0 }.count)
    }
    let mean = counts.reduce(0, +) / 2000
    let variance = counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2000
    #expect(abs(mean - 30) < 0.5)
    #expect(abs(variance - 21) < 3)
  }

  @Test func saltAndPepperIsFair() {
    var low = 0.0
    for example in 0..<1000 {
      let values = corrupt(corruption(.saltAndPepper, 0.4), example: example).values
      #expect(values.filter { $0 != 7 }.count == 40)
      #expect(values.allSatisfy { [7, -2, 3].contains($0) })
      low += Double(values.filter { $0 == -2 }.count)
    }
    #expect(abs(low / 40_000 - 0.5) < 0.0125)
  }

  @Test func gaussianHasItsDeviation() {
    var sum = 0.0
    for example in 0..<1000 {
      let (values, touched) = corrupt(corruption(.gaussian, 0.5), example: example)
      #expect(touched.allSatisfy { $0 == 1 })
      sum += values.reduce(0) { $0 + Double($1 - 7) * Double($1 - 7) }
    }
    #expect(abs(sum / 100_000 - 0.25) < 0.006)
  }

  @Test func noiseIsFreshForEachEpochExampleAndLayer() {
    let base = corrupt(corruption(.masking, 0.5)).values
    #expect(corrupt(corruption(.masking, 0.5)).values == base)
    #expect(corrupt(corruption(.masking, 0.5), epoch: 2).values != base)
    #expect(corrupt(corruption(.masking, 0.5), example: 1).values != base)
    #expect(corrupt(corruption(.masking, 0.5, layer: 1)).values != base)
    // Independent: two epochs agree on a component about half of the time.
    let agreements = (0..<1000).reduce(0) { sum, example in
      let first = corrupt(corruption(.masking, 0.5), epoch: 1, example: example).values
      let second = corrupt(corruption(.masking, 0.5), epoch: 2, example: example).values
      return sum + zip(first, second).filter { $0 == $1 }.count
    }
    #expect(abs(Double(agreements) / 100_000 - 0.5) < 0.008)
  }
}
