import VaelibNumerics

/// How a query cuts its rows into blocks. A row's results have the same bits however they are cut.
struct BlockPlan {
  /// Rows of a block that one thread takes through a network: as many as stay in its cache.
  private static let threadRows = 128
  /// With fewer rows for each thread, threads rather share the columns of each product.
  private static let leastThreadRows = 16
  /// How many blocks are handed out at a time for each thread, so that a thread that is held up does not hold up others.
  private static let blocksPerThread = 4
  /// From so many rows on, bringing the weights into the order in which products read them pays.
  private static let rowsThatPayForPacking = 256

  /// Rows of a block, but for the last.
  let height: Int
  /// How many blocks are worked on at a time.
  let lanes: Int
  /// Whether weights should be packed: only where one thread takes a block through all layers.
  let packs: Bool

  /// - Parameters:
  ///   - flops: floating-point operations for one row, roughly.
  ///   - most: rows of a block at most.
  init(rows: Int, flops: Int, most: Int = ExampleBlocks.rows) {
    let threads = WorkerPool.shared.threads
    let (work, overflow) = rows.multipliedReportingOverflow(by: flops)
    let isShared = overflow || Partition.parts(flops: work) > 1
    if isShared, rows / threads >= Self.leastThreadRows {
      let share = (rows + threads - 1) / threads
      height = min(Self.threadRows, most, (share + 7) / 8 * 8)
      lanes = min(threads * Self.blocksPerThread, (rows + height - 1) / height)
      packs = rows >= Self.rowsThatPayForPacking
    } else {
      (height, lanes, packs) = (max(1, min(rows, most)), 1, false)
    }
  }
}
