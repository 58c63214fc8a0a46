import Testing
import VaelibNumerics

@testable import VaelibModels

/// The order in which minibatches deal out rows.
@Suite struct BatchOrderTests {
  /// Rows in the order of an epoch; each example's first value is its row number.
  private func order(_ source: any ExampleSource, seed: UInt64, epoch: Int, batch: Int) throws -> [Int] {
    let reader = try BatchReader(source, seed: seed, epoch: epoch)
    let buffer = try FloatBuffer(rows: batch, columns: source.columns)
    var rows: [Int] = []
    var places = [Int](repeating: -1, count: batch)
    while true {
      let count = try reader.next(into: buffer.matrix(rows: batch, columns: source.columns), places: &places)
      if count == 0 { return rows }
      for row in 0..<count { #expect(Int(buffer.base[row * source.columns]) == places[row]) }
      rows += places[..<count]
      if count < batch { #expect(rows.count == source.rows) }
    }
  }

  private func numbered(_ rows: Int) throws -> TestExamples {
    try TestExamples((0..<rows).flatMap { [Float($0), 0] }, columns: 2)
  }

  @Test(arguments: [1, 7, 100, 103])
  func everyRowComesOnce(batch: Int) throws {
    let examples = try numbered(103)
    let blocks = BlockSource(examples, blockRows: 10, windowBlocks: 3)
    for source in [examples.source, blocks] as [any ExampleSource] {
      #expect(try order(source, seed: 1, epoch: 1, batch: batch).sorted() == Array(0..<103))
    }
    #expect(blocks.loads.count == 11)
  }

  @Test func orderDependsOnSeedAndEpochNotOnBatch() throws {
    let source = try numbered(103).source
    let base = try order(source, seed: 1, epoch: 1, batch: 10)
    #expect(try order(source, seed: 1, epoch: 1, batch: 33) == base)
    #expect(try order(source, seed: 1, epoch: 2, batch: 10) != base)
    #expect(try order(source, seed: 2, epoch: 1, batch: 10) != base)
  }

  @Test func blocksAreMixedWithinAWindow() throws {
    let blocks = BlockSource(try numbered(120), blockRows: 10, windowBlocks: 4)
    let rows = try order(blocks, seed: 3, epoch: 1, batch: 40)
    #expect(Set(rows[..<40].map { $0 / 10 }).count == 4)
    #expect(zip(rows, rows.dropFirst()).filter { $0 / 10 != $1 / 10 }.count > 60)
  }

  /// A window has blocks from everywhere in the set: of a set sorted by class, the same number of each class.
  @Test func windowsAreSpreadEvenly() throws {
    let blocks = BlockSource(try numbered(6_000), blockRows: 10, windowBlocks: 60)
    for epoch in 1...3 {
      let rows = try order(blocks, seed: 3, epoch: epoch, batch: 60)
      #expect(rows.sorted() == Array(0..<6_000))
      for first in stride(from: 0, to: 6_000, by: 600) {
        for number in 0..<10 {
          #expect(rows[first..<first + 600].count { $0 / 600 == number } == 60)
        }
      }
    }
  }

  /// Which of the neighbouring blocks a window gets is a matter of chance: chi-square with 9 degrees of freedom.
  @Test func everyBlockIsEquallyOftenInTheFirstWindow() throws {
    let blocks = BlockSource(try numbered(40), blockRows: 1, windowBlocks: 4)
    var counts = [Double](repeating: 0, count: 10)
    for epoch in 1...2_000 {
      for row in try order(blocks, seed: 3, epoch: epoch, batch: 40)[..<4] { counts[row % 10] += 1 }
    }
    #expect(counts.reduce(0) { $0 + ($1 - 800) * ($1 - 800) / 800 } < 30)
  }

  /// Blocks, windows and rows of sets made of parts that are stored in different blocks.
  @Test func setsOfManyPartsComeOnceAnEpoch() throws {
    let examples = try numbered(500)
    let sources = [(7, 5), (40, 2), (1, 30), (600, 1)].map {
      BlockSource(examples, blockRows: $0.0, windowBlocks: $0.1)
    }
    let joined = ConcatenationSource(
      [
        sources[0], SliceSource(sources[1], rows: 33..<471),
        SelectionSource(sources[2], rows: (0..<300).map { $0 * 7 % 500 }), sources[3],
      ] as [any ExampleSource])
    let reader = try BatchReader(joined, seed: 5, epoch: 1)
    let buffer = try FloatBuffer(rows: joined.rows, columns: 2)
    var places = [Int](repeating: -1, count: joined.rows)
    let whole = buffer.matrix(rows: joined.rows, columns: 2)
    #expect(try reader.next(into: whole, places: &places) == joined.rows)
    #expect(places.sorted() == Array(0..<joined.rows))
    var expected = [Float](repeating: 0, count: joined.rows * 2)
    try joined.copyAll(into: &expected)
    #expect(places.indices.allSatisfy { buffer.base[2 * $0] == expected[2 * places[$0]] })
  }

  @Test func aSliceKeepsThePlacesOfTheWhole() throws {
    let slice = SliceSource(try numbered(50).source, rows: 20..<45)
    #expect(try order(slice, seed: 1, epoch: 1, batch: 8).sorted() == Array(20..<45))
  }

  /// Skipping n rows leaves the order that dealing them out would have left, and reads no window that it passes over.
  @Test(arguments: [0, 1, 29, 30, 31, 59, 60, 61, 102, 103, 110])
  func skippedRowsAreAsIfDealtOut(count: Int) throws {
    let examples = try numbered(103)
    let blocks = BlockSource(examples, blockRows: 10, windowBlocks: 3)
    for source in [examples.source, blocks] as [any ExampleSource] {
      let whole = try order(source, seed: 4, epoch: 2, batch: 103)
      let loadsBefore = blocks.loads.count
      let reader = try BatchReader(source, seed: 4, epoch: 2)
      try reader.skip(count)
      let buffer = try FloatBuffer(rows: 103, columns: 2)
      var places = [Int](repeating: -1, count: 103)
      let left = try reader.next(into: buffer.matrix(rows: 103, columns: 2), places: &places)
      #expect(Array(places[..<left]) == Array(whole.dropFirst(count)))
      if source === blocks, count >= 90 { #expect(blocks.loads.count - loadsBefore <= 3) }
    }
  }

  /// Blocks of a slice begin where those of the whole do, and each is read once.
  @Test func blocksOfSlicesAreThoseOfTheWhole() throws {
    let blocks = BlockSource(try numbered(120), blockRows: 10, windowBlocks: 4)
    let slice = SliceSource(blocks, rows: 13..<87)
    #expect(try order(slice, seed: 1, epoch: 1, batch: 8).sorted() == Array(13..<87))
    #expect(Set(blocks.loads) == Set([13..<20, 80..<87] + (2..<8).map { $0 * 10..<$0 * 10 + 10 }))
    #expect(blocks.loads.count == 8)
  }

  /// The rows of a selection lie in few blocks, each of which is read once.
  @Test func blocksOfSelectionsAreReadOnce() throws {
    let blocks = BlockSource(try numbered(120), blockRows: 10, windowBlocks: 4)
    let rows = [77, 3, 5, 71, 3, 119, 50]
    let reader = try BatchReader(SelectionSource(blocks, rows: rows), seed: 1, epoch: 1)
    let buffer = try FloatBuffer(rows: 10, columns: 2)
    var places = [Int](repeating: -1, count: 10)
    #expect(try reader.next(into: buffer.matrix(rows: 10, columns: 2), places: &places) == 7)
    #expect(places[..<7].sorted() == Array(0..<7))
    for row in 0..<7 { #expect(Int(buffer.base[row * 2]) == rows[places[row]]) }
    #expect(Set(blocks.loads) == [3..<6, 50..<51, 71..<78, 119..<120])
    #expect(blocks.loads.count == 4)
  }

  /// A query in an order of the caller's reads each block once, too.
  @Test func queriesCollectRowsBlockByBlock() throws {
    let blocks = BlockSource(try numbered(1000), blockRows: 100, windowBlocks: 2)
    let rows = (0..<400).map { $0 * 7919 % 1000 }
    var values = [Float](repeating: 0, count: 800)
    try SelectionSource(blocks, rows: rows).copyAll(into: &values)
    #expect(rows.indices.allSatisfy { Int(values[2 * $0]) == rows[$0] })
    #expect(blocks.loads.count == 10)
  }

  /// A set in memory made of several is dealt out like the same rows in one array.
  @Test func sameOrderHoweverASetInMemoryIsMade() throws {
    let examples = try numbered(60).source
    let parts =
      [
        SliceSource(examples, rows: 0..<20), SelectionSource(examples, rows: Array(20..<60)),
      ] as [any ExampleSource]
    let joined = ConcatenationSource(parts)
    #expect(
      try order(joined, seed: 4, epoch: 2, batch: 7) == order(examples, seed: 4, epoch: 2, batch: 7))
  }

  /// Over many epochs every row is equally often first: chi-square with 19 degrees of freedom.
  @Test func everyRowIsEquallyOftenFirst() throws {
    let source = try numbered(20).source
    var counts = [Double](repeating: 0, count: 20)
    for epoch in 1...4000 { counts[try order(source, seed: 9, epoch: epoch, batch: 20)[0]] += 1 }
    let chiSquare = counts.reduce(0) { $0 + ($1 - 200) * ($1 - 200) / 200 }
    #expect(chiSquare < 50)
  }
}
