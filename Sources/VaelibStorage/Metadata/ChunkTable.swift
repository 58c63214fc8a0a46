/// A chunk as it is stored in the file.
struct StoredChunk: Equatable {
  /// Its number in the grid.
  let number: Int
  let address: Int
  let byteCount: Int
  /// The filters that were left out, a bit for each: the first of all is the lowest.
  let skippedFilters: UInt32
}

/// Where the chunks of a dataset are. Those that were never written are missing.
struct ChunkTable {
  /// In the order of their numbers, each once.
  private(set) var chunks: [StoredChunk]
  /// Bytes of all.
  let storedByteCount: Int

  static var empty: ChunkTable { ChunkTable() }

  private init() {
    chunks = []
    storedByteCount = 0
  }

  /// nil if a chunk occurs twice, or they take more than `limit` bytes: no byte of a file belongs to two chunks.
  init?(_ chunks: [StoredChunk], limit: Int) {
    self.chunks = chunks
    var isSorted = true
    var sum = 0
    for index in chunks.indices {
      let (total, overflow) = sum.addingReportingOverflow(chunks[index].byteCount)
      guard !overflow, total <= limit else { return nil }
      sum = total
      if index > 0, chunks[index].number <= chunks[index - 1].number { isSorted = false }
    }
    storedByteCount = sum
    guard !isSorted else { return }
    self.chunks.sort { $0.number < $1.number }
    for index in self.chunks.indices.dropFirst()
    where self.chunks[index].number == self.chunks[index - 1].number { return nil }
  }

  /// nil for a chunk that was never written.
  func chunk(_ number: Int) -> StoredChunk? {
    // Where all are there, each is in its place.
    if number < chunks.count, chunks[number].number == number { return chunks[number] }
    let index = firstIndex(from: number)
    return index < chunks.count && chunks[index].number == number ? chunks[index] : nil
  }

  /// Where among `chunks` those may be that are from one place of the grid to another, both included.
  func range(_ first: [Int], _ last: [Int], of grid: ChunkGrid) -> Range<Int> {
    guard let first = grid.number(at: first), let last = grid.number(at: last) else { return 0..<0 }
    return firstIndex(from: first)..<firstIndex(from: last + 1)
  }

  /// The first chunk with this number or a greater one.
  private func firstIndex(from number: Int) -> Int {
    var range = 0..<chunks.count
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if chunks[middle].number < number {
        range = middle + 1..<range.upperBound
      } else {
        range = range.lowerBound..<middle
      }
    }
    return range.lowerBound
  }
}
