import Testing

@testable import VaelibModels

/// Division of a set into rows for training and rows for validation.
@Suite struct RowSplitTests {
  /// How many rows of each class are for validation.
  private func counts(_ labels: [Int64], _ fraction: Double, seed: UInt64 = 1) -> [Int64: Int] {
    let split = RowSplit(rows: labels.count, fraction: fraction, seed: seed) { labels[$0] }
    #expect((split.training + split.validation).sorted() == Array(labels.indices))
    #expect(split.training == split.training.sorted() && split.validation == split.validation.sorted())
    var counts = Dictionary(labels.map { ($0, 0) }) { $1 }
    for row in split.validation { counts[labels[row], default: 0] += 1 }
    return counts
  }

  private func classes(_ sizes: [Int64: Int]) -> [Int64] {
    sizes.sorted { $0.key < $1.key }.flatMap { [Int64](repeating: $0.key, count: $0.value) }
  }

  /// These rows are part of what a seed means; they are the same in every release.
  @Test func goldenOrder() {
    #expect(RowSplit(rows: 20, fraction: 0.3, seed: 7).validation == [0, 4, 5, 7, 13, 17])
    #expect(RowSplit(rows: 12, fraction: 0.25, seed: 1 << 40 | 5).validation == [0, 6, 8])
    let labels: [Int64] = [2, 0, 1, 0, 2, 2, 1, 0, 0, 2, 1, 2]
    #expect(RowSplit(rows: 12, fraction: 0.4, seed: 7) { labels[$0] }.validation == [0, 1, 4, 6, 7])
  }

  @Test(arguments: [(2, 0.01, 1), (2, 0.99, 1), (10, 0.25, 3), (10, 0.24, 2), (10, 1e-9, 1), (10, 0.999, 9)])
  func roundedButNeitherNoneNorAll(rows: Int, fraction: Double, expected: Int) {
    let split = RowSplit(rows: rows, fraction: fraction, seed: 3)
    #expect(split.validation.count == expected && split.training.count == rows - expected)
    let stratified = RowSplit(rows: rows, fraction: fraction, seed: 3) { _ in -5 }
    #expect(stratified.validation == split.validation && stratified.training == split.training)
  }

  @Test func classesAreDividedInProportion() {
    #expect(counts(classes([0: 50, 1: 30, 2: 20]), 0.1) == [0: 5, 1: 3, 2: 2])
    #expect(counts(classes([-7: 600, 3: 300, 1 << 60: 100]), 0.25) == [-7: 150, 3: 75, 1 << 60: 25])
    // Shares of 2.5, 1.25 and 1.25: the total is 5, and 0.5 is the largest remainder.
    #expect(counts(classes([0: 10, 1: 5, 2: 5]), 0.25) == [0: 3, 1: 1, 2: 1])
    // Equal remainders: the lower class first.
    #expect(counts(classes([4: 3, 5: 3, 6: 3]), 0.5) == [4: 2, 5: 2, 6: 1])
    // The names of the classes and the order of the rows do not matter.
    let mixed = (0..<100).map { Int64($0 * 7 % 100 < 60 ? 1 : 0) }
    #expect(counts(mixed, 0.2) == [1: 12, 0: 8])
  }

  @Test func everyClassKeepsARowForTraining() {
    #expect(counts(classes([0: 2, 1: 2, 2: 2]), 0.9) == [0: 1, 1: 1, 2: 1])
    #expect(counts(classes([0: 2, 1: 8]), 0.9) == [0: 1, 1: 7])
    #expect(counts(classes([0: 1, 1: 9]), 0.5) == [0: 0, 1: 5])
    #expect(counts(classes([0: 1, 1: 1, 2: 1, 3: 4, 4: 4]), 0.5) == [0: 0, 1: 0, 2: 0, 3: 3, 4: 3])
    #expect(counts(classes([0: 1, 1: 1, 2: 2]), 0.5) == [0: 0, 1: 0, 2: 1])
    #expect(counts(classes([0: 1, 1: 1]), 0.5) == [0: 0, 1: 0])
    #expect(counts([5], 0.5) == [5: 0])
    #expect(counts([], 0.5) == [:])
  }

  /// For class sizes of every kind: the total as without labels, and no class further than one row from its share.
  @Test func manySizes() {
    for seed in 0..<200 as Range<UInt64> {
      let sizes = Dictionary(
        uniqueKeysWithValues: (0..<1 + Int64(seed % 9)).map {
          ($0, 2 + Int(seed &* 31 &+ UInt64($0) &* 17) % 40)
        })
      let labels = classes(sizes)
      let fraction = 0.05 + 0.9 * Double(seed) / 200
      let plain = RowSplit(rows: labels.count, fraction: fraction, seed: seed).validation.count
      let counts = counts(labels, fraction, seed: seed)
      let total = min(plain, labels.count - sizes.count)
      #expect(counts.values.reduce(0, +) == total)
      // Whether every class can give up its share and keep a row.
      let isFree = sizes.values.allSatisfy { total * $0 <= ($0 - 1) * labels.count }
      for (label, size) in sizes {
        let share = Double(total) * Double(size) / Double(labels.count)
        #expect(counts[label] ?? -1 < size)
        if isFree { #expect(abs(Double(counts[label] ?? -1) - share) < 1) }
      }
    }
  }

  /// Pearson's statistic over all choices of rows, against a bound that it passes once in a million.
  private func expectUniform(_ choices: [[Int]: Int], outcomes: Int, draws: Int, bound: Double) {
    let expected = Double(draws) / Double(outcomes)
    #expect(choices.count == outcomes)
    let statistic = choices.values.reduce(0) {
      $0 + (Double($1) - expected) * (Double($1) - expected) / expected
    }
    #expect(statistic < bound, "\(statistic)")
  }

  @Test func everyChoiceIsEquallyProbable() {
    let labels: [Int64] = [1, 0, 1, 1, 0, 0, 1, 0, 0]
    var (zeros, ones, both, plain): ([[Int]: Int], [[Int]: Int], [[Int]: Int], [[Int]: Int]) = (
      [:], [:], [:], [:]
    )
    let draws = 24_000
    for seed in 0..<UInt64(draws) {
      let rows = RowSplit(rows: 9, fraction: 0.44, seed: seed) { labels[$0] }.validation
      zeros[rows.filter { labels[$0] == 0 }, default: 0] += 1
      ones[rows.filter { labels[$0] == 1 }, default: 0] += 1
      both[rows, default: 0] += 1
      plain[RowSplit(rows: 5, fraction: 0.4, seed: seed).validation, default: 0] += 1
    }
    // Two of five, two of four, and the two together, which are independent; chi squared with 9, 5, 59 and 9 degrees.
    expectUniform(zeros, outcomes: 10, draws: draws, bound: 44.9)
    expectUniform(ones, outcomes: 6, draws: draws, bound: 35.9)
    expectUniform(both, outcomes: 60, draws: draws, bound: 125.7)
    expectUniform(plain, outcomes: 10, draws: draws, bound: 44.9)
  }

  @Test func manyClassesTakeNoLongTime() {
    // A class to each row but for one of many rows, which takes what the others cannot.
    let counts = counts(classes([0: 50_000]) + (1...50_000).map { Int64($0) }, 0.4)
    #expect(counts[0] == 40_000)
    #expect(counts.values.reduce(0, +) == 40_000)
  }
}
