import VaelibNumerics

/// Runs `body`, which does `work`, once for each row, spread over the worker threads in runs of rows that depend on sizes
/// alone.
func forEachRow(_ work: @autoclosure () -> Work, _ rows: Int, width: Int, _ body: (Int) -> Void) {
  let parts = max(1, min(16, rows, rows * width / 8192))
  profiled(work()) {
    WorkerPool.shared.run(parts: parts) { part in
      for row in Partition.range(of: rows, part: part, parts: parts, multipleOf: 1) { body(row) }
    }
  }
}
