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
        return Loaded(array: array, rows: part.rows, owner: part.stored)
      }
      return Self.dense(try part.stored.load(0..<part.stored.rows))
    case .blocks(let list): return Self.dense(try list.load(list[index]))
    case .gathered(let spans): return Self.dense(try spans.load(index))
    }
  }

  private static func dense(_ loaded: LoadedRows) -> Loaded {
    Loaded(array: loaded.array, rows: .run(0..<loaded.array.rows), owner: loaded.owner)
  }
}
