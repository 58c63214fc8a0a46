public import VaelibNumerics

/// Where examples come from: an array in memory, or a file that is read block by block.
public protocol ExampleSource: AnyObject, Sendable {
  var rows: Int { get }
  var columns: Int { get }
  /// Models see `stored number * scale + shift`.
  var scale: Double { get }
  var shift: Double { get }
  /// The place of row 0 in the set this one was cut from; noise is keyed by the place in the whole set.
  var firstRow: Int { get }
  /// All rows, if they are in memory; valid as long as the source.
  var resident: StridedArray? { get }
  /// How many neighbouring rows are best read at once.
  var blockRows: Int { get }
  /// How many blocks to hold in memory at a time; rows are shuffled among them.
  var windowBlocks: Int { get }
  /// Reads neighbouring rows of a source that is not resident.
  func load(_ rows: Range<Int>) throws -> LoadedRows
}

/// A block of rows in memory, and what keeps that memory alive.
public struct LoadedRows: Sendable {
  public let array: StridedArray
  public let owner: any AnyObject & Sendable

  public init(array: StridedArray, owner: any AnyObject & Sendable) {
    self.array = array
    self.owner = owner
  }
}

extension ExampleSource {
  /// Neighbouring rows, from memory where they are there.
  func block(_ range: Range<Int>) throws -> LoadedRows {
    guard let resident else { return try load(range) }
    return LoadedRows(array: resident.rows(range), owner: self)
  }
}

extension StridedArray {
  /// A view of neighbouring rows.
  public func rows(_ range: Range<Int>) -> StridedArray {
    StridedArray(
      base: base + range.lowerBound * rowStride, elementType: elementType, rows: range.count,
      columns: columns, rowStride: rowStride, columnStride: columnStride, scale: scale, shift: shift)
  }
}

extension ExampleSource {
  /// Writes all rows as models see them, [rows, columns].
  public func copyAll(into out: UnsafeMutablePointer<Float>) throws {
    for start in stride(from: 0, to: rows, by: max(1, blockRows)) {
      let loaded = try block(start..<min(start + blockRows, rows))
      for row in 0..<loaded.array.rows { loaded.array.copyRow(row, into: out + (start + row) * columns) }
    }
  }
}
