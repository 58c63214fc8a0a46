/// Reports the progress of a query to its caller, as one epoch over its rows, and learns whether it should stop.
final class QueryProgress {
  private let control: RunControl
  private let rows: Int
  private var clock = ReportClock()
  private var wasStopped = false

  init(_ control: RunControl, rows: Int) {
    self.control = control
    self.rows = rows
  }

  var isCancelled: () -> Bool { control.isCancelled }

  /// Throws `cancelled` if the caller wants the query to stop, or wanted it in `shouldStop`.
  func check() throws(ModelError) {
    if wasStopped { throw .cancelled }
    try control.check()
  }

  /// The same as `poll` for code that cannot throw: whether it should return, for `check` to throw then.
  func shouldStop(done: Int) -> Bool {
    do {
      try poll(done: done)
      return false
    } catch {
      wasStopped = true
      return true
    }
  }

  /// Must be called often; throws `cancelled` if the caller wants the query to stop.
  func poll(done: Int) throws(ModelError) {
    try control.check()
    if clock.isDue() { try control.send(report(.step, done: done)) }
  }

  /// Must be called once all rows are done.
  func finish() throws(ModelError) {
    try control.send(report(.epoch, done: rows))
  }

  private func report(_ kind: Progress.Kind, done: Int) -> Progress {
    Progress(kind: kind, epoch: 1, epochs: 1, examples: done, examplesPerEpoch: rows)
  }
}
