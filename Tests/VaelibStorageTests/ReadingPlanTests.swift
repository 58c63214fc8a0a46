import Testing

@testable import VaelibStorage

/// How datasets of any shape are divided, and where they are copied.
@Suite struct ReadingPlanTests {
  static let budgets = [0, 1 << 20, 16 << 20, 256 << 20, 4 << 30]
  static let rowBytes = [1, 40, 3_136, 100_000, 50_000_000]
  static let bands = [1, 64, 1_000, 20_000, 1_000_000]

  @Test(arguments: budgets, rowBytes)
  func twoWindowsFitTheBudgetAndAreMixed(_ budget: Int, _ rowBytes: Int) {
    for bandRows in Self.bands {
      let plan = ReadingPlan(
        rows: 1_000_000, rowBytes: rowBytes, bandRows: bandRows, memoryBudget: budget)
      // A window has up to a block more than its rows, and the order of the rows.
      let window = (plan.windowRows + plan.blockRows) * (rowBytes + 8)
      #expect(window <= max(256 << 10, budget / 2) || plan.blockRows == 1)
      let blocks = plan.windowRows / plan.blockRows
      #expect(blocks >= 20 || plan.blockRows == 1)
      #expect(plan.needsCopy || plan.blockRows % bandRows == 0)
      #expect(plan.spanRows * rowBytes <= max(256 << 10, budget / 2) || plan.spanRows == 1)
    }
  }

  @Test func onlyTallChunksAreCopied() {
    func needsCopy(_ bandRows: Int, _ rowBytes: Int, _ budget: Int) -> Bool {
      ReadingPlan(rows: 1_000_000, rowBytes: rowBytes, bandRows: bandRows, memoryBudget: budget).needsCopy
    }
    #expect(!needsCopy(1, 3_136, 1 << 20))
    #expect(!needsCopy(64, 3_136, 256 << 20))
    #expect(needsCopy(64, 3_136, 1 << 20))
    // h5py's own choice for a million examples of 784 numbers.
    #expect(needsCopy(7_813, 3_136, 256 << 20))
    #expect(!needsCopy(7_813, 3_136, ReadingPlan.budgetWithoutCopy(bandRows: 7_813, rowBytes: 3_136)))
  }
}

@Suite struct ColumnBoxTests {
  @Test(arguments: [1, 2, 7, 12, 60, 1_000])
  func boxesAreWholeChunksAndHaveEveryColumnOnce(most: Int) {
    for (rowShape, chunkShape) in [([], []), ([20], [3]), ([4, 5], [3, 2]), ([3, 4, 5], [2, 4, 2])] {
      let columns = rowShape.reduce(1, *)
      let boxes = ColumnBox.cut(rowShape, chunkShape: chunkShape, most: most)
      var found: [Int] = []
      for box in boxes {
        #expect(box.columnsBefore == found.count)
        #expect(box.columns <= most || zip(box.ranges, chunkShape).allSatisfy { $0.count <= $1 })
        for (range, chunk) in zip(box.ranges, chunkShape) { #expect(range.lowerBound % chunk == 0) }
        box.forEachRun(of: rowShape) { column, place, count in
          #expect(place == found.count - box.columnsBefore)
          found += column..<column + count
        }
      }
      #expect(found.sorted() == Array(0..<columns))
      if most >= columns { #expect(boxes.count == 1) }
    }
  }
}
