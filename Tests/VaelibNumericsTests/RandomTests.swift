import Foundation
import Testing

@testable import VaelibNumerics

@Suite struct RandomTests {
  static let stream = RandomStream(seed: 0x1234_5678_9abc_def0, purpose: 3, epoch: 7, example: 0x1_0000_0002)

  /// Word i of the stream: from the block kernel, which has published answers.
  private func word(_ i: Int) -> UInt32 {
    let words = Self.stream.words(block: UInt32(i / 4))
    return [words.0, words.1, words.2, words.3][i % 4]
  }

  @Test func theCounterIsTheDocumentedOne() {
    let stream = Self.stream
    #expect([stream.key0, stream.key1] == [0x9abc_def0, 0x1234_5678])
    #expect([stream.c1, stream.c2, stream.c3] == [2, 7, 3 << 24 | 1])
  }

  @Test(arguments: InstructionSet.supported)
  func drawsFollowTheirFormulas(set: InstructionSet) {
    let kernels = set.kernels
    let s = Self.stream
    for count in awkwardLengths + [4, 5, 6, 7, 64] {
      var out = [Float](repeating: .nan, count: count + 1)
      kernels.uniforms(&out, count, s.key0, s.key1, 0, s.c1, s.c2, s.c3)
      #expect(out[count].isNaN, "wrote past the end")
      for i in 0..<count { #expect(out[i] == Float(word(i) >> 8) * 0x1p-24) }

      let probabilities = someFractions(count, seed: 5)
      var draws = probabilities
      kernels.bernoulliDraws(&draws, count, s.key0, s.key1, 0, s.c1, s.c2, s.c3)
      for i in 0..<count { #expect(draws[i] == (out[i] < probabilities[i] ? 1 : 0)) }

      kernels.normals(&out, count, s.key0, s.key1, 0, s.c1, s.c2, s.c3)
      #expect(out[count].isNaN, "wrote past the end")
      expectClose(Array(out.prefix(count)), relative: 1e-6, absolute: 1e-6) { i in
        let first = i / 2 * 2
        let radius = (-2 * log((Double(word(first)) + 0.5) * 0x1p-32)).squareRoot()
        let angle = 2 * Double.pi * Double(word(first + 1)) * 0x1p-32
        return i % 2 == 0 ? radius * cos(angle) : radius * sin(angle)
      }
    }
  }

  @Test(arguments: InstructionSet.supported)
  func firstBlockContinuesTheStream(set: InstructionSet) {
    let kernels = set.kernels
    let s = Self.stream
    var whole = [Float](repeating: 0, count: 400)
    var part = [Float](repeating: 0, count: 300)
    kernels.normals(&whole, 400, s.key0, s.key1, 0, s.c1, s.c2, s.c3)
    kernels.normals(&part, 300, s.key0, s.key1, 25, s.c1, s.c2, s.c3)
    expectClose(part, relative: 1e-6, absolute: 1e-7) { Double(whole[100 + $0]) }
    kernels.uniforms(&whole, 400, s.key0, s.key1, .max - 10, s.c1, s.c2, s.c3)
    kernels.uniforms(&part, 300, s.key0, s.key1, 14, s.c1, s.c2, s.c3)
    #expect(Array(whole[100...]) == part, "the block number wraps")
  }

  @Test func bernoulliOfCertainties() {
    var certain = (0..<1000).map { Float($0 % 2) }
    Self.stream.bernoulliDraws(in: &certain, count: 1000)
    #expect(certain == (0..<1000).map { Float($0 % 2) })
  }

  @Test func uniformsAreUniform() {
    let count = 1 << 18
    let values = someFractions(count, seed: 99).sorted()
    #expect(values[0] >= 0 && values[count - 1] < 1)
    // Kolmogorov and Smirnov: sqrt(n) D exceeds 1.95 with probability 0.001. The seed is fixed, so this is no
    // gamble.
    let distance = values.indices.map { abs(Double(values[$0]) - (Double($0) + 0.5) / Double(count)) }.max()
    #expect((distance ?? 1) * Double(count).squareRoot() < 1.95)
  }

  @Test func normalsAreNormal() {
    let count = 1 << 18
    var values = [Float](repeating: 0, count: count)
    RandomStream(seed: 7, purpose: 3, epoch: 1, example: 0).normals(into: &values, count: count)
    let x = values.map(Double.init)
    func moment(_ k: Double) -> Double { x.map { pow($0, k) }.reduce(0, +) / Double(count) }
    // Standard errors of the first four moments over n draws are sqrt(1, 2, 15, 96) / sqrt(n); four of them.
    let error = 4 / Double(count).squareRoot()
    #expect(abs(moment(1)) < error && abs(moment(2) - 1) < error * 2.0.squareRoot())
    #expect(abs(moment(3)) < error * 15.0.squareRoot() && abs(moment(4) - 3) < error * 96.0.squareRoot())
    let distance = x.sorted().enumerated()
      .map { abs(Oracle.normalCDF($0.element) - (Double($0.offset) + 0.5) / Double(count)) }.max()
    #expect((distance ?? 1) * Double(count).squareRoot() < 1.95)
    let products = zip(x, x.dropFirst()).map(*).reduce(0, +) / Double(count)
    #expect(abs(products) < error, "neighbours are uncorrelated")
  }

  @Test func streamsThatDifferInOneThingAreUncorrelated() {
    let count = 1 << 14
    func draw(_ stream: RandomStream) -> [Double] {
      var values = [Float](repeating: 0, count: count)
      stream.normals(into: &values, count: count)
      return values.map(Double.init)
    }
    let reference = draw(RandomStream(seed: 1, purpose: 3, epoch: 1, example: 1))
    let others = [
      RandomStream(seed: 2, purpose: 3, epoch: 1, example: 1),
      RandomStream(seed: 1 | 1 << 32, purpose: 3, epoch: 1, example: 1),
      RandomStream(seed: 1, purpose: 4, epoch: 1, example: 1),
      RandomStream(seed: 1, purpose: 3, epoch: 2, example: 1),
      RandomStream(seed: 1, purpose: 3, epoch: 1, example: 2),
      RandomStream(seed: 1, purpose: 3, epoch: 1, example: 1 | 1 << 40),
    ]
    for other in others {
      let correlation = zip(reference, draw(other)).map(*).reduce(0, +) / Double(count)
      #expect(abs(correlation) < 4 / Double(count).squareRoot())
    }
  }
}
