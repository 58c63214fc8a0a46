import VaelibNumerics

/// Runs `body`, which does `work`, once for each row, spread over the worker threads in runs of rows that depend on sizes
/// alone.
func forEachRow(_ work: @autoclosure () -> Work, _ rows: Int, width: Int, _ body: (Int) -> Void) {
  forEachRun(work(), rows, width: width) { run in
    for row in run { body(row) }
  }
}

/// The same for runs of rows, what can be done for all of them at once.
func forEachRun(_ work: @autoclosure () -> Work, _ rows: Int, width: Int, _ body: (Range<Int>) -> Void) {
  let parts = max(1, min(16, rows, rows * width / 8192))
  profiled(work()) {
    WorkerPool.shared.run(parts: parts) { part in
      let run = Partition.range(of: rows, part: part, parts: parts, multipleOf: 1)
      if !run.isEmpty { body(run) }
    }
  }
}
