import VaelibNumerics

extension ExampleBlocks {
  /// Takes all rows through a model, block by block, several blocks at a time: each by one thread, with a workspace of
  /// its own, so that a row stays in that thread's cache from the first layer to the last.
  ///
  /// - Parameters:
  ///   - plan: how the rows are cut.
  ///   - changesRows: whether `compute` writes to the rows; if not, they may be used where the caller has them.
  ///   - makeWorkspace: memory for the rows of one block.
  ///   - compute: called on any thread, for several blocks at once.
  ///   - collect: called with the same, on the calling thread, in order of the rows.
  func forEachBlock<Workspace>(
    _ plan: BlockPlan, changesRows: Bool, makeWorkspace: () throws -> Workspace,
    compute: (Block, Workspace) -> Void, collect: (Block, Workspace) throws -> Void = { _, _ in }
  ) throws {
    let matrix = changesRows ? nil : source.matrix
    let lanes = try (0..<plan.lanes).map { _ in
      try Lane(
        makeWorkspace(), rows: matrix == nil ? plan.height : 0, columns: source.columns, matrix: matrix)
    }
    let reader = matrix == nil ? SequentialReader(source, isCancelled: progress.isCancelled) : nil
    for first in stride(from: 0, to: source.rows, by: plan.height * lanes.count) {
      try progress.poll(done: first)
      let end = min(first + plan.height * lanes.count, source.rows)
      let rows = try reader?.next(end - first)
      let used = (end - first + plan.height - 1) / plan.height
      WorkerPool.shared.run(parts: used) { index in
        if progress.isCancelled() { return }
        let begin = first + index * plan.height
        let block = lanes[index].take(
          rows, begin..<min(begin + plan.height, end), after: first, place: source.firstRow)
        if profiled(.checking, { lanes[index].isGood(check) }) { compute(block, lanes[index].workspace) }
      }
      try progress.check()
      for lane in lanes[..<used] {
        try lane.throwProblem(check)
        try collect(lane.block, lane.workspace)
      }
    }
    try progress.finish()
  }

  /// What belongs to one of the blocks that are worked on at the same time.
  private final class Lane<Workspace> {
    let workspace: Workspace
    /// All rows, where they are used in place.
    private let matrix: MatrixView?
    /// For the rows of a block, where they are not.
    private let buffer: FloatBuffer
    private let columns: Int
    private(set) var block: Block
    private var firstBadRow: Int?

    init(_ workspace: Workspace, rows: Int, columns: Int, matrix: MatrixView?) throws(NumericsError) {
      self.workspace = workspace
      self.matrix = matrix
      self.columns = columns
      buffer = try FloatBuffer(rows: rows, columns: columns)
      block = Block(values: buffer.matrix(rows: 0, columns: columns), first: 0, place: 0)
    }

    /// Makes rows `range` of the set the block; `rows` are those from row `first` on that were read.
    func take(_ rows: StoredRows?, _ range: Range<Int>, after first: Int, place: Int) -> Block {
      var values = buffer.matrix(rows: range.count, columns: columns)
      if let matrix {
        values = matrix.rows(range)
      } else {
        profiled(.gathering) {
          rows?.copy(range.lowerBound - first..<range.upperBound - first, into: values)
        }
      }
      block = Block(values: values, first: range.lowerBound, place: place + range.lowerBound)
      return block
    }

    /// Whether all rows of the block are as they should be.
    func isGood(_ check: ExampleCheck?) -> Bool {
      firstBadRow = check.flatMap { check in
        (0..<block.values.rows).first { !check.accepts(block.values.row($0), count: columns) }
      }
      return firstBadRow == nil
    }

    /// Throws what is wrong with the first row that is not.
    func throwProblem(_ check: ExampleCheck?) throws {
      guard let check, let row = firstBadRow else { return }
      throw check.problem(block.values.row(row), count: columns, row: block.place + row)
    }
  }
}
