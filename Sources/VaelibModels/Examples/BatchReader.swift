import VaelibNumerics

/// Deals out the rows of a set in minibatches, each row once, converted to float as it is used.
///
/// A set in memory is shuffled as a whole. One that is read from a file is shuffled in two steps: which of its blocks
/// are held in memory at a time, the window, then the rows of the window. While one window is dealt out, a thread reads
/// the blocks of the next. The order depends on seed, epoch and the sizes of blocks and windows.
final class BatchReader {
  /// Rows in memory: a block of the window, or a whole part of a set in memory.
  private struct Unit {
    let array: RowArray
    let part: Int
    let firstItem: Int
    /// Further columns of the part's items.
    let added: HeldRows?
  }

  /// A row of a batch: which unit, which row of its array, and which item of its part.
  private struct RowPlace {
    let unit: Int
    let row: Int
    let item: Int
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
  /// For sets that are read: their blocks in the order of this epoch.
  private let blocks: BlockOrder
  private var nextWindow = 0
  /// The first read that is made.
  private var firstRead = 0
  private var prefetcher: Prefetcher<[LoadedRows]>?

  init(
    _ source: any ExampleSource, seed: UInt64, epoch: Int, isCancelled: @escaping () -> Bool = { false }
  ) throws(NumericsError) {
    self.source = source
    self.isCancelled = isCancelled
    parts = source.parts
    isInMemory = source.isInMemory
    random = RandomIntegers(RandomPurpose.shuffling.stream(seed: seed, epoch: epoch))
    blocks = BlockOrder(BlockList(isInMemory ? [] : parts, .shuffled), &random)
    if isInMemory {
      try MemoryReserve.require(source.rows, bytes: MemoryLayout<ExampleItem>.stride)
      profiled(.gathering) { dealFromMemory() }
    }
  }

  deinit {
    guard prefetcher != nil else { return }
    prefetcher = nil
    units = []
    owners = []
    ByteBuffer.returnFreedMemory()
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
    guard prefetcher == nil, nextWindow < blocks.windows.count else { return 0 }
    let rows = blocks.rows(ofWindow: nextWindow)
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
        rows[index] = RowPlace(
          unit: item.part, row: isInMemory ? part.rows[item.index] : item.index,
          item: unit.firstItem + item.index)
        places[index] = source.firstRow + part.positions[rows[index].item]
      }
      units.withUnsafeBufferPointer { units in
        forEachRow(.gathering, count, width: batch.columns) { row in
          let place = rows[row]
          units[place.unit].array.copyRow(place.row, into: batch.row(row))
          if let added = units[place.unit].added {
            added.copyRow(place.item, into: batch.row(row) + units[place.unit].array.columns)
          }
        }
      }
    }
  }

  // MARK: Sets in memory

  private func dealFromMemory() {
    for (index, part) in parts.enumerated() {
      guard let array = part.stored.resident else { continue }
      units.append(Unit(array: array, part: index, firstItem: 0, added: part.added))
    }
    order = parts.itemTable(rows: source.rows)
    random.shuffle(&order)
  }

  // MARK: Sets that are read

  private func loadWindow() throws -> Bool {
    guard nextWindow < blocks.windows.count else { return false }
    let prefetcher = try prefetcher ?? startReading()
    self.prefetcher = prefetcher
    position = 0
    order.removeAll(keepingCapacity: true)
    units.removeAll(keepingCapacity: true)
    owners.removeAll(keepingCapacity: true)
    let window = blocks.windows[nextWindow]
    prefetcher.allow(window.upperBound - firstRead)
    for read in window {
      guard let loaded = try prefetcher.next(poll) else { return false }
      for (block, rows) in zip(blocks.blocks(ofRead: read), loaded) { add(rows, of: block) }
    }
    profiled(.gathering) { random.shuffle(&order) }
    nextWindow += 1
    if nextWindow < blocks.windows.count {
      prefetcher.allow(blocks.windows[nextWindow].upperBound - firstRead)
    }
    return true
  }

  private func add(_ loaded: LoadedRows, of block: BlockList.Block) {
    for row in 0..<block.items.count { order.append(ExampleItem(part: units.count, index: row)) }
    units.append(
      Unit(
        array: loaded.array, part: block.part, firstItem: block.items.lowerBound,
        added: parts[block.part].added))
    owners.append(loaded.owner)
  }

  private func startReading() throws -> Prefetcher<[LoadedRows]> {
    try parts.prepare(.shuffled, isCancelled: isCancelled)
    let first = blocks.windows[nextWindow].lowerBound
    firstRead = first
    let capacity = blocks.windows.map(\.count).max() ?? 1
    return Prefetcher(count: blocks.reads.count - first, capacity: capacity) { [blocks] in
      try blocks.blocks(ofRead: first + $0).map { try blocks.list.load($0) }
    }
  }

  private func poll() throws(ModelError) {
    if isCancelled() { throw .cancelled }
  }
}
