import VaelibNumerics

/// The blocks in which the parts of a set are read, part by part, none twice.
///
/// A block holds the rows of a part that lie in one block of the stored examples, so no chunk of a file is
/// decompressed for two blocks, wherever the set was cut.
struct BlockList: Sendable {
  /// Items `items` of part `part`.
  struct Block: Sendable {
    let part: Int
    let items: Range<Int>
  }

  /// The blocks of a part.
  private struct Group {
    let part: Int
    /// The number of its first block.
    let first: Int
    let count: Int
    let blockRows: Int
    /// The items with which its blocks begin, and the end; empty for neighbouring rows, of which that is known.
    let borders: [Int]
  }

  let parts: [ExamplePart]
  let count: Int
  private let groups: [Group]

  init(_ parts: [ExamplePart], _ order: ReadingOrder) {
    self.parts = parts
    var (groups, count) = ([Group](), 0)
    for (index, part) in parts.enumerated() where part.count > 0 {
      let blockRows = max(1, order == .shuffled ? part.stored.blockRows : part.stored.spanRows)
      let borders = Self.borders(of: part, blockRows)
      let blocks =
        borders.isEmpty
        ? part.rows[part.count - 1] / blockRows - part.rows[0] / blockRows + 1 : borders.count - 1
      groups.append(Group(part: index, first: count, count: blocks, blockRows: blockRows, borders: borders))
      count += blocks
    }
    (self.groups, self.count) = (groups, count)
  }

  private static func borders(of part: ExamplePart, _ blockRows: Int) -> [Int] {
    guard case .list(let rows) = part.rows else { return [] }
    let first = rows.indices.filter { $0 == 0 || rows[$0] / blockRows != rows[$0 - 1] / blockRows }
    return first + [rows.count]
  }

  /// The blocks from first to last.
  subscript(number: Int) -> Block {
    let group = group(of: number)
    let index = number - group.first
    if !group.borders.isEmpty {
      return Block(part: group.part, items: group.borders[index]..<group.borders[index + 1])
    }
    let rows = parts[group.part].rows
    let begin = (rows[0] / group.blockRows + index) * group.blockRows
    return Block(
      part: group.part,
      items: max(begin - rows[0], 0)..<min(begin - rows[0] + group.blockRows, rows.count))
  }

  private func group(of number: Int) -> Group {
    var (low, high) = (0, groups.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if groups[middle].first <= number { low = middle } else { high = middle }
    }
    return groups[low]
  }

  /// Reads a block; row i of what comes is item `items.lowerBound + i`.
  func load(_ block: Block) throws -> LoadedRows {
    let part = parts[block.part]
    let first = part.rows[block.items.lowerBound]
    let loaded = try part.stored.load(first..<part.rows[block.items.upperBound - 1] + 1)
    guard case .list(let rows) = part.rows else { return loaded }
    // Copied, so that rows between them take no memory.
    return try withExtendedLifetime(loaded) {
      let (array, owner) = try loaded.array.gathered(rows[block.items].map { $0 - first })
      return LoadedRows(array: array, owner: owner)
    }
  }
}
