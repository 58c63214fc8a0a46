import VaelibNumerics

/// A set as a list of spans: neighbouring rows that are read at once, first to last.
///
/// Where the rows of a set stand in the order in which they are stored, spans are blocks. Else a span is as many rows
/// as may be held in memory: they are read block by block and put in the set's order.
struct SpanList: Sendable {
  /// A span in memory: row i is row `rows[i]` of `array`.
  struct Loaded: Sendable {
    let array: RowArray
    let rows: RowIndices
    /// Further columns of each row; nil where the array has all.
    let added: HeldRows?
    let owner: any AnyObject & Sendable
  }

  private enum Kind: Sendable {
    /// Whole parts that are in memory.
    case parts([ExamplePart])
    case blocks(BlockList)
    case gathered(GatheredSpans)
  }

  let count: Int
  /// In which order the stored rows are read.
  let order: ReadingOrder
  private let kind: Kind

  init(_ source: any ExampleSource) {
    let parts = source.parts.sorted { $0.positions[0] < $1.positions[0] }
    guard parts.allSatisfy(\.positions.isRun) else {
      let spans = GatheredSpans(source)
      (count, order, kind) = (spans.count, .shuffled, .gathered(spans))
      return
    }
    order = .stored
    if source.isInMemory {
      (count, kind) = (parts.count, .parts(parts))
    } else {
      let list = BlockList(parts, .stored)
      (count, kind) = (list.count, .blocks(list))
    }
  }

  func load(_ index: Int) throws -> Loaded {
    switch kind {
    case .parts(let parts):
      let part = parts[index]
      if let array = part.stored.resident {
        return Loaded(array: array, rows: part.rows, added: part.added, owner: part.stored)
      }
      return Self.dense(try part.stored.load(0..<part.stored.rows), part.added)
    case .blocks(let list):
      let block = list[index]
      return Self.dense(try list.load(block), list.parts[block.part].added?.select(.run(block.items)))
    case .gathered(let spans): return Self.dense(try spans.load(index), nil)
    }
  }

  private static func dense(_ loaded: LoadedRows, _ added: HeldRows?) -> Loaded {
    Loaded(array: loaded.array, rows: .run(0..<loaded.array.rows), added: added, owner: loaded.owner)
  }
}
