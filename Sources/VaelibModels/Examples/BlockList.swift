import Glibc
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

  let parts: [ExamplePart]
  private(set) var blocks: [Block] = []

  init(_ parts: [ExamplePart]) {
    self.parts = parts
    for index in parts.indices { addBlocks(of: index) }
  }

  private mutating func addBlocks(of index: Int) {
    let part = parts[index]
    let blockRows = max(1, part.stored.blockRows)
    var first = 0
    while first < part.count {
      let end = (part.rows[first] / blockRows + 1) * blockRows
      var last = min(first + (end - part.rows[first]), part.count)
      if !part.rows.isRun { last = (first..<part.count).first { part.rows[$0] >= end } ?? part.count }
      blocks.append(Block(part: index, items: first..<last))
      first = last
    }
  }

  /// Reads a block; row i of what comes is item `items.lowerBound + i`.
  func load(_ block: Block) throws -> LoadedRows {
    let part = parts[block.part]
    let first = part.rows[block.items.lowerBound]
    let loaded = try part.stored.load(first..<part.rows[block.items.upperBound - 1] + 1)
    guard case .list(let rows) = part.rows else { return loaded }
    return try Self.gather(rows[block.items], from: loaded, first: first)
  }

  /// Copies rows, so that those between them take no memory. `first` is the number of the first loaded row.
  private static func gather(
    _ rows: ArraySlice<Int>, from loaded: LoadedRows, first: Int
  ) throws -> LoadedRows {
    let array = loaded.array
    let size = array.elementType.byteCount
    let rowBytes = array.columns * size
    guard let buffer = ByteBuffer(count: rows.count * rowBytes) else {
      throw NumericsError.outOfMemory(bytes: rows.count * rowBytes)
    }
    for (index, row) in rows.enumerated() {
      let source = array.base + (row - first) * array.rowStride
      let target = buffer.base + index * rowBytes
      if array.columnStride == size {
        memcpy(target, source, rowBytes)
      } else {
        for column in 0..<array.columns {
          memcpy(target + column * size, source + column * array.columnStride, size)
        }
      }
    }
    let compact = StridedArray.dense(
      base: buffer.base, elementType: array.elementType, rows: rows.count, columns: array.columns,
      scale: array.scale, shift: array.shift)
    return LoadedRows(array: compact, owner: buffer)
  }
}
