import Testing
import VaelibNumerics

@testable import VaelibModels

@Suite struct ColumnMomentsTests {
  private func moments(_ examples: any ExampleSource) throws -> ColumnMoments {
    try ColumnMoments(examples, check: .finite)
  }

  /// A large mean beside a small deviation: sums of squares would have lost all digits.
  @Test func digitsAreKept() throws {
    let values: [Float] = (0..<2_000).flatMap { row -> [Float] in
      [1_048_576 + Float(row % 2), Float(row % 4), 3]
    }
    let found = try moments(try TestExamples(values, columns: 3).source)
    #expect(abs(found.means[0] - 1_048_576.5) < 1e-9 && abs(found.deviations[0] - 0.5) < 1e-9)
    #expect(abs(found.means[1] - 1.5) < 1e-12 && abs(found.deviations[1] - 1.25.squareRoot()) < 1e-12)
    #expect(found.means[2] == 3 && found.deviations[2] == 0)
  }

  /// However a set is stored, the bits are the same.
  @Test func streamedSetsGiveTheSameBits() throws {
    let stream = RandomStream(seed: 1, purpose: 200, epoch: 0, example: 0)
    let buffer = try FloatBuffer(count: 700 * 5)
    stream.normals(into: buffer.base, count: 700 * 5)
    let examples = try TestExamples(Array(buffer.elements), columns: 5)
    let (whole, blocks) = (
      try moments(examples.source), try moments(BlockSource(examples, blockRows: 33, windowBlocks: 2))
    )
    #expect(whole.means == blocks.means && whole.deviations == blocks.deviations)
  }

  /// Of runs of columns, as numbers are, also where moments are of functions of them.
  @Test func meanTotals() throws {
    let examples = try TestExamples([1, 2, 3, 4, 5, 6, 7, 8], columns: 4)
    let found = try ColumnMoments(
      examples.source, functions: [(0..<3, .logarithmOfOnePlus)], totals: [0..<3, 3..<4], check: .finite)
    #expect(found.columns(0..<3).meanTotal == 12 && found.columns(3..<4).meanTotal == 6)
    #expect(found.columns(1..<3).meanTotal == 0)
    let weighted = try ColumnMoments(
      examples.source, weights: try weights([0, 3]), totals: [0..<3], check: .finite)
    #expect(weighted.columns(0..<3).meanTotal == 18)
  }

  private func weights(_ values: [Float]) throws -> ExampleWeights {
    try values.withUnsafeBytes { bytes in
      try ExampleWeights(
        StridedArray.dense(
          base: try #require(bytes.baseAddress), elementType: .float32, rows: values.count, columns: 1))
    }
  }

  /// A row of weight 2 is there twice, one of weight 0 not at all, whatever it holds: the first row of all, too.
  @Test func rowsCountByTheirWeights() throws {
    let values: [Float] = [.nan, 7, 1, 2, 4, 8, 3, .nan]
    let check = ExampleCheck([ColumnDomain(columns: nil, domain: .real)], missing: .ignore)
    let found = try ColumnMoments(
      try TestExamples(values, columns: 2).source, weights: try weights([0, 1, 2, 0.5]), check: check)
    let repeated: [Float] = [1, 2, 1, 2, 4, 8, 4, 8, 4, 8, 4, 8, 3, .nan]
    let twice = try ColumnMoments(
      try TestExamples(repeated, columns: 2).source, weights: try weights([1, 0, 1, 0, 1, 0, 0.5]),
      check: check)
    #expect(found.weightSums == [3.5, 3] && twice.weightSums == found.weightSums)
    #expect(zip(found.means, twice.means).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(zip(found.deviations, twice.deviations).allSatisfy { abs($0 - $1) < 1e-12 })
    let rest = try ColumnMoments(
      try TestExamples(Array(values[2...]), columns: 2).source, weights: try weights([1, 2, 0.5]),
      check: check)
    #expect(rest.means == found.means && rest.deviations == found.deviations)
  }

  @Test func unsuitableValuesAreNamed() throws {
    var values = [Float](repeating: 1, count: 600 * 2)
    values[2 * 555 + 1] = .nan
    let examples = try TestExamples(values, columns: 2)
    let error = #expect(throws: ModelError.self) { _ = try moments(examples.source) }
    #expect(error?.description.contains("row 555, column 1") == true)
  }

  @Test func cancelling() throws {
    let examples = try TestExamples([1, 2], columns: 1)
    #expect(throws: ModelError.cancelled) {
      _ = try ColumnMoments(examples.source, check: .finite, isCancelled: { true })
    }
  }
}
