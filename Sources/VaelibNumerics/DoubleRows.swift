/// Rows of so many doubles each, not initialised: sums that float32 is too coarse for. Freed with the last reference; whoever
/// shares it between threads keeps their rows apart.
public final class DoubleRows {
  public let columns: Int
  private let base: UnsafeMutablePointer<Double>

  /// Throws `NumericsError.outOfMemory` if the size overflows, or the system refuses.
  public init(rows: Int, columns: Int) throws(NumericsError) {
    self.columns = columns
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    try MemoryReserve.require(overflow ? .max : count, bytes: MemoryLayout<Double>.stride)
    base = .allocate(capacity: count)
  }

  deinit { base.deallocate() }

  public func row(_ row: Int) -> UnsafeMutablePointer<Double> { base + row * columns }

  /// Sets a row to 0.
  public func clear(_ row: Int) { self.row(row).update(repeating: 0, count: columns) }
}
