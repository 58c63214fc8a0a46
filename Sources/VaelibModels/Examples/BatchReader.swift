import VaelibNumerics

/// Deals out the rows of a source in minibatches, each row once, converted to float as it is used.
///
/// A resident source is shuffled as a whole. One that is read from a file is shuffled in two steps: the order of its
/// blocks, then the rows among the blocks held in memory at a time. The order depends on seed and epoch alone.
final class BatchReader {
  /// A row of the window: which block, and which row of it.
  private struct Place {
    let block: Int32
    let row: Int32
  }

  private let source: any ExampleSource
  private var random: RandomIntegers
  private var blockOrder: [Int]
  private var nextBlock = 0
  private var window: [(rows: LoadedRows, first: Int)] = []
  private var order: [Place] = []
  private var position = 0

  init(_ source: any ExampleSource, seed: UInt64, epoch: Int) {
    self.source = source
    random = RandomIntegers(RandomPurpose.shuffling.stream(seed: seed, epoch: epoch))
    blockOrder = Array(0..<(source.rows + source.blockRows - 1) / source.blockRows)
    random.shuffle(&blockOrder)
  }

  /// Fills `batch` [rows, columns] and the place of each row in the whole set; returns how many rows came, fewer
  /// than asked only at the end of the epoch.
  func next(into batch: MatrixView, places: UnsafeMutablePointer<Int>) throws -> Int {
    var filled = 0
    while filled < batch.rows {
      if position == order.count, try !loadWindow() { break }
      let count = min(batch.rows - filled, order.count - position)
      copy(count, into: batch.rows(filled..<filled + count), places: places + filled)
      position += count
      filled += count
    }
    return filled
  }

  private func copy(_ count: Int, into batch: MatrixView, places: UnsafeMutablePointer<Int>) {
    forEachRow(count, width: batch.columns) { row in
      let place = order[position + row]
      let block = window[Int(place.block)]
      block.rows.array.copyRow(Int(place.row), into: batch.row(row))
      places[row] = source.firstRow + block.first + Int(place.row)
    }
  }

  /// Passes over the next rows as if `next` had dealt them out; windows that are passed over whole are not read.
  func skip(_ count: Int) throws {
    var left = count
    while left > 0 {
      if position == order.count {
        guard let ranges = orderWindow() else { return }
        if left >= order.count {
          left -= order.count
          position = order.count
          continue
        }
        try load(ranges)
      }
      let passed = min(left, order.count - position)
      position += passed
      left -= passed
    }
  }

  private func loadWindow() throws -> Bool {
    guard let ranges = orderWindow() else { return false }
    try load(ranges)
    return true
  }

  /// Shuffles the rows of the next window; returns those of each of its blocks, or nil after the last.
  private func orderWindow() -> [Range<Int>]? {
    if nextBlock == blockOrder.count { return nil }
    let blocks = nextBlock..<min(nextBlock + source.windowBlocks, blockOrder.count)
    let ranges = blocks.map { index in
      let first = blockOrder[index] * source.blockRows
      return first..<min(first + source.blockRows, source.rows)
    }
    order.removeAll(keepingCapacity: true)
    for (block, range) in ranges.enumerated() {
      order += range.indices.map { Place(block: Int32(block), row: Int32($0 - range.lowerBound)) }
    }
    random.shuffle(&order)
    nextBlock = blocks.upperBound
    position = 0
    return ranges
  }

  private func load(_ ranges: [Range<Int>]) throws {
    window.removeAll(keepingCapacity: true)
    for range in ranges { window.append((try source.block(range), range.lowerBound)) }
  }
}
