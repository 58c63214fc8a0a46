import VaelibNumerics

/// Deals out the rows of a set in minibatches, each row once, converted to float as it is used.
///
/// A set in memory is shuffled as a whole. One that is read from a file is shuffled in two steps: the order of its
/// blocks, then the rows among the blocks that are held in memory at a time, the window. While one window is dealt
/// out, a thread reads the blocks of the next. The order depends on seed, epoch and the sizes of blocks and windows.
final class BatchReader {
  /// Rows in memory: a block of the window, or a whole part of a set in memory.
  private struct Unit {
    let array: StridedArray
    let part: Int
    let firstItem: Int
  }

  /// A row of a batch: which unit, and which row of its array.
  private struct RowPlace {
    let unit: Int
    let row: Int
  }

  private let source: any ExampleSource
  private let parts: [ExamplePart]
  private let isInMemory: Bool
  private let isCancelled: () -> Bool
  private var random: RandomIntegers
  private var units: [Unit] = []
  /// What keeps the units' memory alive.
  private var owners: [any AnyObject & Sendable] = []
  /// The rows of the window as they are dealt out: each an item of a unit.
  private var order: [ExampleItem] = []
  private var position = 0
  /// For sets that are read: their blocks in the order of this epoch, and which of them make a window.
  private let list: BlockList
  private var blocks: [BlockList.Block] = []
  private var windows: [Range<Int>] = []
  private var nextWindow = 0
  /// The first block that is read.
  private var firstBlock = 0
  private var prefetcher: Prefetcher<LoadedRows>?

  init(
    _ source: any ExampleSource, seed: UInt64, epoch: Int, isCancelled: @escaping () -> Bool = { false }
  ) {
    self.source = source
    self.isCancelled = isCancelled
    parts = source.parts
    isInMemory = source.isInMemory
    list = BlockList(isInMemory ? [] : parts)
    blocks = list.blocks
    random = RandomIntegers(RandomPurpose.shuffling.stream(seed: seed, epoch: epoch))
    if isInMemory { dealFromMemory() } else { orderBlocks() }
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

  /// Passes over the next rows as if `next` had dealt them out; windows that are passed over whole are not read.
  func skip(_ count: Int) throws {
    var left = count
    while left > 0 {
      if position == order.count {
        let passed = passWindow(of: left)
        left -= passed
        if passed > 0 { continue }
        guard try loadWindow() else { return }
      }
      let passed = min(left, order.count - position)
      position += passed
      left -= passed
    }
  }

  /// Passes over the next window if it has at most so many rows; returns how many.
  private func passWindow(of limit: Int) -> Int {
    guard prefetcher == nil, nextWindow < windows.count else { return 0 }
    let rows = blocks[windows[nextWindow]].reduce(0) { $0 + $1.items.count }
    guard rows <= limit else { return 0 }
    // Shuffling takes as many random numbers as there are rows.
    var order = Array(0..<rows)
    random.shuffle(&order)
    nextWindow += 1
    return rows
  }

  private func copy(_ count: Int, into batch: MatrixView, places: UnsafeMutablePointer<Int>) {
    withUnsafeTemporaryAllocation(of: RowPlace.self, capacity: count) { rows in
      for index in 0..<count {
        let item = order[position + index]
        let unit = units[item.part]
        let part = parts[unit.part]
        rows[index] = RowPlace(unit: item.part, row: isInMemory ? part.rows[item.index] : item.index)
        places[index] = source.firstRow + part.positions[unit.firstItem + item.index]
      }
      units.withUnsafeBufferPointer { units in
        forEachRow(count, width: batch.columns) { row in
          units[rows[row].unit].array.copyRow(rows[row].row, into: batch.row(row))
        }
      }
    }
  }

  // MARK: Sets in memory

  private func dealFromMemory() {
    for (index, part) in parts.enumerated() {
      guard let array = part.stored.resident else { continue }
      units.append(Unit(array: array, part: index, firstItem: 0))
    }
    order = parts.itemTable(rows: source.rows)
    random.shuffle(&order)
  }

  // MARK: Sets that are read

  private func orderBlocks() {
    random.shuffle(&blocks)
    windows = makeWindows()
  }

  private func startReading(at block: Int) -> Prefetcher<LoadedRows> {
    firstBlock = block
    let capacity = windows.map(\.count).max() ?? 1
    return Prefetcher(count: blocks.count - block, capacity: capacity) { [list, blocks] in
      try list.load(blocks[block + $0])
    }
  }

  /// Neighbouring blocks, as many as a window may hold, but at least one.
  private func makeWindows() -> [Range<Int>] {
    var windows: [Range<Int>] = []
    var first = 0
    var share = 0.0
    for (index, block) in blocks.enumerated() {
      let added = Double(block.items.count) / Double(max(1, parts[block.part].stored.windowRows))
      if index > first, share + added > 1 {
        windows.append(first..<index)
        first = index
        share = 0
      }
      share += added
    }
    if first < blocks.count { windows.append(first..<blocks.count) }
    return windows
  }

  private func loadWindow() throws -> Bool {
    guard nextWindow < windows.count else { return false }
    let window = windows[nextWindow]
    let prefetcher = prefetcher ?? startReading(at: window.lowerBound)
    self.prefetcher = prefetcher
    position = 0
    order.removeAll(keepingCapacity: true)
    units.removeAll(keepingCapacity: true)
    owners.removeAll(keepingCapacity: true)
    prefetcher.allow(window.upperBound - firstBlock)
    for block in blocks[window] {
      guard let loaded = try prefetcher.next(poll) else { return false }
      for row in 0..<block.items.count { order.append(ExampleItem(part: units.count, index: row)) }
      units.append(Unit(array: loaded.array, part: block.part, firstItem: block.items.lowerBound))
      owners.append(loaded.owner)
    }
    random.shuffle(&order)
    nextWindow += 1
    if nextWindow < windows.count { prefetcher.allow(windows[nextWindow].upperBound - firstBlock) }
    return true
  }

  private func poll() throws(ModelError) {
    if isCancelled() { throw .cancelled }
  }
}
