import Testing

@testable import VaelibStorage

@Suite struct ChunkTableTests {
  private func chunk(_ number: Int, _ byteCount: Int = 1) -> StoredChunk {
    StoredChunk(number: number, address: 8 * number, byteCount: byteCount, skippedFilters: 0)
  }

  @Test func chunksAreFoundInAnyOrder() throws {
    for numbers in [[0, 1, 2, 3], [7, 2, 90, 41], [5], []] {
      let table = try #require(ChunkTable(numbers.map { chunk($0) }, limit: 100))
      #expect(table.storedByteCount == numbers.count)
      for number in 0..<100 {
        #expect(table.chunk(number)?.address == (numbers.contains(number) ? 8 * number : nil))
      }
    }
  }

  @Test func noChunkTwiceAndNoByteTwice() {
    #expect(ChunkTable([chunk(4), chunk(9), chunk(4)], limit: 100) == nil)
    #expect(ChunkTable([chunk(4), chunk(4)], limit: 100) == nil)
    #expect(ChunkTable([chunk(4, 60), chunk(5, 60)], limit: 100) == nil)
    #expect(ChunkTable([chunk(4, .max), chunk(5, .max)], limit: .max) == nil)
  }

  @Test func placesInTheGrid() throws {
    let grid = try #require(ChunkGrid(shape: [10, 7, 3], chunkShape: [4, 7, 2]))
    #expect(grid.counts == [3, 1, 2])
    for number in 0..<grid.count { #expect(grid.number(at: grid.place(of: number)) == number) }
    #expect(grid.box(at: [2, 0, 1]) == [8..<10, 0..<7, 2..<3])
    #expect(grid.isCut(at: [2, 0, 0]) && grid.isCut(at: [0, 0, 1]) && !grid.isCut(at: [1, 0, 0]))
    #expect(grid.number(at: [3, 0, 0]) == nil)
    #expect(ChunkGrid(shape: [.max, .max], chunkShape: [1, 1]) == nil)
    #expect(ChunkGrid(shape: [4], chunkShape: [0]) == nil)
  }

  /// Each element once, in runs as long as they can be.
  @Test func runsOfABox() throws {
    for lengths in [[5], [2, 3], [1, 3], [3, 1], [2, 3, 4], [1, 1]] {
      for (source, target) in [
        ([100, 20, 1], [12, 4, 1]), ([12, 4, 1], [12, 4, 1]), ([1, 10, 100], [12, 4, 1]),
      ] {
        let source = Array(source.suffix(lengths.count))
        let target = Array(target.suffix(lengths.count))
        let runs = BoxRuns(lengths, source: source, target: target)
        var pairs: [[Int]] = []
        try runs.forEach { (from, to) throws(StorageError) in
          for index in 0..<runs.count {
            pairs.append([from + index * runs.sourceStep, to + index * runs.targetStep])
          }
        }
        var expected: [[Int]] = []
        for number in 0..<lengths.reduce(1, *) {
          var (rest, from, to) = (number, 0, 0)
          for axis in lengths.indices.reversed() {
            from += rest % lengths[axis] * source[axis]
            to += rest % lengths[axis] * target[axis]
            rest /= lengths[axis]
          }
          expected.append([from, to])
        }
        #expect(pairs.sorted { $0[1] < $1[1] } == expected.sorted { $0[1] < $1[1] })
      }
    }
    let whole = BoxRuns([3, 4, 1], source: [16, 4, 4], target: [16, 4, 4])
    #expect((whole.count, whole.sourceStep, whole.targetStep) == (12, 4, 4))
  }
}
