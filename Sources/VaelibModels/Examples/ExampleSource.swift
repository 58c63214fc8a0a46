public import VaelibNumerics

/// A set of examples, one a row: stored rows, in memory or in a file, in some order.
public protocol ExampleSource: AnyObject, Sendable {
  var rows: Int { get }
  var columns: Int { get }
  /// Models see `stored number * scale + shift`.
  var scale: Double { get }
  var shift: Double { get }
  /// The place of row 0 in the set this one was cut from; noise is keyed by the place in the whole set.
  var firstRow: Int { get }
  /// What the set is made of; each of its rows is in one part.
  var parts: [ExamplePart] { get }
}

/// Examples as they lie in memory or in a file.
public protocol StoredExamples: ExampleSource {
  /// All rows, if they are in memory; valid as long as the source.
  var resident: RowArray? { get }
  /// How much is stored of rows.
  func size(_ rows: RowIndices) -> StoredSize
  /// How many neighbouring rows are read at once where rows are shuffled: few, so that a window holds many places of a
  /// file, but enough that reading them by themselves pays. Blocks begin at multiples of this number.
  var blockRows: Int { get }
  /// The same where rows are read from first to last.
  var spanRows: Int { get }
  /// How many rows, and up to a block more, to hold in memory at a time while they are read from a file; they are
  /// shuffled among each other.
  var windowRows: Int { get }
  /// Does what has to be done once before these rows, in ascending order, are read; if it takes long, it can be
  /// cancelled here.
  func prepare(_ rows: RowIndices, _ order: ReadingOrder, isCancelled: () -> Bool) throws
  /// Reads neighbouring rows.
  func load(_ rows: Range<Int>) throws -> LoadedRows
}

extension StoredExamples {
  public var firstRow: Int { 0 }
  public var parts: [ExamplePart] { [ExamplePart(self)] }
  public var spanRows: Int { blockRows }
  public func prepare(_ rows: RowIndices, _ order: ReadingOrder, isCancelled: () -> Bool) throws {}
}

/// A block of rows in memory, and what keeps that memory alive.
public struct LoadedRows: Sendable {
  public let array: RowArray
  public let owner: any AnyObject & Sendable

  public init(array: RowArray, owner: any AnyObject & Sendable) {
    self.array = array
    self.owner = owner
  }
}

extension ExampleSource {
  /// Whether all rows are in memory.
  public var isInMemory: Bool { parts.allSatisfy { $0.stored.resident != nil } }

  /// How much is stored of all rows.
  public var size: StoredSize { parts.reduce(.zero) { $0 + $1.size } }

  /// Writes all rows as models see them, [rows, columns].
  public func copyAll(into out: UnsafeMutablePointer<Float>) throws {
    let reader = SequentialReader(self)
    for first in stride(from: 0, to: rows, by: ExampleBlocks.rows) {
      let count = min(ExampleBlocks.rows, rows - first)
      try reader.read(into: MatrixView(base: out + first * columns, rows: count, columns: columns))
    }
  }
}
