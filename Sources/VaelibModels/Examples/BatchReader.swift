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

  private func loadWindow() throws -> Bool {
    if nextBlock == blockOrder.count { return false }
    let blocks = nextBlock..<min(nextBlock + source.windowBlocks, blockOrder.count)
    window.removeAll(keepingCapacity: true)
    order.removeAll(keepingCapacity: true)
    for index in blocks {
      let first = blockOrder[index] * source.blockRows
      let range = first..<min(first + source.blockRows, source.rows)
      order += range.indices.map { Place(block: Int32(window.count), row: Int32($0 - first)) }
      window.append((try source.block(range), first))
    }
    random.shuffle(&order)
    nextBlock = blocks.upperBound
    position = 0
    return true
  }
}
