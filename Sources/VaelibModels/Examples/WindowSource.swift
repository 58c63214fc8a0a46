public import VaelibNumerics

/// Windows of stored rows as examples. Nothing is copied: windows that overlap share their numbers.
public final class WindowSource: StoredExamples {
  private let stored: any StoredExamples
  private let windows: Windows
  public let rows: Int
  public let columns: Int

  /// The rows must lie in memory without gaps, whenever they do, and have one window at least.
  public init(_ stored: any StoredExamples, _ windows: Windows) {
    self.stored = stored
    self.windows = windows
    rows = windows.count(rows: stored.rows)
    columns = windows.length * stored.columns
  }

  public var scale: Double { stored.scale }
  public var shift: Double { stored.shift }
  public var resident: RowArray? { stored.resident.map { view($0, rows) } }

  public func size(_ rows: RowIndices) -> StoredSize { rows.size { stored.size(.run(windows.rows(of: $0))) } }

  public var blockRows: Int { count(stored.blockRows) }
  public var spanRows: Int { count(stored.spanRows) }
  public var windowRows: Int { count(stored.windowRows) }

  public func prepare(_ rows: RowIndices, _ order: ReadingOrder, isCancelled: () -> Bool) throws {
    guard rows.count > 0 else { return }
    let all = windows.rows(of: rows[0]..<rows[rows.count - 1] + 1)
    try stored.prepare(.run(all), order, isCancelled: isCancelled)
  }

  public func load(_ rows: Range<Int>) throws -> LoadedRows {
    let loaded = try stored.load(windows.rows(of: rows))
    return LoadedRows(array: view(loaded.array, rows.count), owner: loaded.owner)
  }

  /// How many windows begin in so many rows; at least one.
  private func count(_ rows: Int) -> Int { max(1, rows / windows.step) }

  /// Some windows of rows, from the first row on.
  private func view(_ array: RowArray, _ count: Int) -> RowArray {
    array.windows(count, length: windows.length, step: windows.step)
  }
}
